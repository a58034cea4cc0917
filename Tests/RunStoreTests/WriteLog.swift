// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDBSQLite
import SeededRandom
import Synchronization

/// The writes and syncs of SQLite's files in one directory, from which the disk after a loss of power
/// at any moment can be made.
final class WriteLog: Sendable {
    enum Event {
        case write(file: String, offset: Int, bytes: [UInt8])
        case cut(file: String, count: Int)
        case sync(file: String)
        case removal(file: String)
        /// Something was promised to whoever asked for it.
        case promise(Int)
    }

    private let log = Mutex<[Event]>([])

    var events: [Event] { log.withLock { $0 } }

    func add(_ event: Event) { log.withLock { $0.append(event) } }

    /// Opens something whose files in a directory are logged from then on.
    func record<Opened>(_ directory: URL, _ open: () throws -> Opened) rethrows -> Opened {
        LoggedFiles.wanted.withLock { $0 = .init(directory: directory.path, log: self) }
        sqlite3_vfs_register(LoggedFiles.system, 1)
        defer { sqlite3_vfs_register(LoggedFiles.usual, 1) }
        return try open()
    }

    /// The files as a loss of power before an event may leave them: what was synced is there, of
    /// what was not any part is, down to a sector.
    func disk(before end: Int, _ random: inout PCG64) -> [String: [UInt8]] {
        let past = Array(events[..<end])
        var lastSync: [String: Int] = [:]
        for case (let index, .sync(let file)) in past.enumerated() { lastSync[file] = index }
        var files: [String: [UInt8]] = [:]
        for (index, event) in past.enumerated() {
            switch event {
            case .write(let file, let offset, var bytes):
                if index > lastSync[file] ?? -1 {
                    if random.integer(below: 2) == 0 { continue }
                    let sectors = UInt32((bytes.count + 511) / 512)
                    bytes = Array(bytes.prefix(512 * Int(random.integer(below: sectors + 1))))
                }
                var content = files[file] ?? []
                let missing = offset + bytes.count - content.count
                content += [UInt8](repeating: 0, count: max(0, missing))
                content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
                files[file] = content
            case .cut(let file, let count):
                if index < lastSync[file] ?? -1 || random.integer(below: 2) == 0 {
                    files[file] = Array((files[file] ?? []).prefix(count))
                }
            case .removal(let file): files[file] = nil
            case .sync, .promise: break
            }
        }
        return files
    }
}

/// A file system of SQLite's (a VFS) that does all as the usual one does, and tells a log.
private enum LoggedFiles {
    struct Wanted {
        var directory: String
        var log: WriteLog
    }

    struct File {
        var name: String
        var log: WriteLog
        /// The address of the usual functions.
        var functions: UInt
    }

    static let wanted = Mutex<Wanted?>(nil)
    static let files = Mutex<[UInt: File]>([:])
    /// Unsafe without risk: both are made once, and never changed after that.
    nonisolated(unsafe) static let usual = sqlite3_vfs_find(nil)
    nonisolated(unsafe) static let system = makeSystem()

    private static func makeSystem() -> UnsafeMutablePointer<sqlite3_vfs>? {
        guard let usual else { return nil }
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        system.initialize(to: usual.pointee)
        system.pointee.pNext = nil
        system.pointee.zName = UnsafePointer(strdup("logged"))
        system.pointee.xOpen = { system, path, file, flags, flagsOut in
            guard let usual = LoggedFiles.usual else { return SQLITE_CANTOPEN }
            let code = usual.pointee.xOpen(system, path, file, flags, flagsOut)
            if code == SQLITE_OK, let path, let file {
                LoggedFiles.log(file, path: String(cString: path))
            }
            return code
        }
        system.pointee.xDelete = { system, path, isSynced in
            guard let usual = LoggedFiles.usual, let path else { return SQLITE_IOERR }
            let url = URL(fileURLWithPath: String(cString: path))
            if let wanted = LoggedFiles.wanted.withLock({ $0 }),
                url.deletingLastPathComponent().path == wanted.directory
            {
                wanted.log.add(.removal(file: url.lastPathComponent))
            }
            return usual.pointee.xDelete(system, path, isSynced)
        }
        return system
    }

    /// Puts functions that log in the place of an open file's.
    static func log(_ file: UnsafeMutablePointer<sqlite3_file>, path: String) {
        let url = URL(fileURLWithPath: path)
        guard let functions = file.pointee.pMethods,
            let wanted = wanted.withLock({ $0 }),
            url.deletingLastPathComponent().path == wanted.directory
        else { return }
        let entry = File(
            name: url.lastPathComponent, log: wanted.log,
            functions: UInt(bitPattern: functions))
        files.withLock { $0[UInt(bitPattern: file)] = entry }
        let logging = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        logging.initialize(to: functions.pointee)
        logging.pointee.xWrite = { file, bytes, count, offset in
            guard let entry = LoggedFiles.entry(file), let bytes else { return SQLITE_IOERR }
            let copy = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            entry.log.add(.write(file: entry.name, offset: Int(offset), bytes: copy))
            return LoggedFiles.functionsOf(entry)?.pointee.xWrite(file, bytes, count, offset)
                ?? SQLITE_IOERR
        }
        logging.pointee.xTruncate = { file, count in
            guard let entry = LoggedFiles.entry(file) else { return SQLITE_IOERR }
            entry.log.add(.cut(file: entry.name, count: Int(count)))
            return LoggedFiles.functionsOf(entry)?.pointee.xTruncate(file, count) ?? SQLITE_IOERR
        }
        logging.pointee.xSync = { file, flags in
            guard let entry = LoggedFiles.entry(file) else { return SQLITE_IOERR }
            let code = LoggedFiles.functionsOf(entry)?.pointee.xSync(file, flags) ?? SQLITE_IOERR
            entry.log.add(.sync(file: entry.name))
            return code
        }
        file.pointee.pMethods = UnsafePointer(logging)
    }

    static func entry(_ file: UnsafeMutablePointer<sqlite3_file>?) -> File? {
        files.withLock { $0[UInt(bitPattern: file)] }
    }

    static func functionsOf(_ file: File) -> UnsafePointer<sqlite3_io_methods>? {
        UnsafePointer(bitPattern: file.functions)
    }
}
