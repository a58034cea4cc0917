// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SwiftProtobuf

/// An event file that is being written: each event is in the file when the call that wrote it returns,
/// whole or, after a crash, as a torn end that readers skip.
final class EventFile {
    /// Why an event file cannot be written or read.
    enum Failure: Error, CustomStringConvertible {
        case system(path: String, reason: String)

        var description: String {
            switch self {
            case .system(let path, let reason): "\(path): \(reason)"
            }
        }
    }

    private let handle: FileHandle
    /// Where it is.
    let url: URL

    /// Makes a file of a name that no other has, later in the order of names than those made before.
    ///
    /// - Parameters:
    ///   - directory: Made where it is missing.
    ///   - time: When; TensorBoard reads the files of a directory in the order of the seconds in
    ///     their names.
    /// - Throws: `Failure`.
    init(in directory: URL, time: Date) throws {
        let others =
            (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        } catch {
            throw Failure.system(path: directory.path, reason: error.localizedDescription)
        }
        // Ten digits until the year 2286: the order of texts is that of numbers.
        let now = Int(time.timeIntervalSince1970)
        let latest = others.compactMap(Self.seconds).max() ?? 0
        let name = "\(Self.prefix)\(max(now, latest + 1)).worldmodels"
        url = directory.appending(path: name)
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0o666)
        guard descriptor >= 0 else {
            throw Failure.system(path: url.path, reason: String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var first = BoardEvent()
        first.wallTime = time.timeIntervalSince1970
        first.fileVersion = "brain.Event:2"
        try append([first])
    }

    /// What TensorBoard knows event files by.
    private static let prefix = "events.out.tfevents."

    private static func seconds(of name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
    }

    /// Writes events.
    ///
    /// - Throws: `Failure` such as that of a full disk.
    func append(_ events: [BoardEvent]) throws {
        var bytes: [UInt8] = []
        for event in events { bytes += EventRecords.record(try event.serializedBytes()) }
        do {
            try handle.write(contentsOf: bytes)
        } catch {
            throw Failure.system(path: url.path, reason: error.localizedDescription)
        }
    }

    /// The events of all event files of a directory, in the order in which TensorBoard reads them.
    ///
    /// - Parameter directory: One that is missing has none.
    /// - Returns: Those that are whole.
    /// - Throws: `Failure` where a file cannot be read.
    static func events(in directory: URL) throws -> [BoardEvent] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        let files = names.compactMap { name in seconds(of: name).map { ($0, name) } }.sorted(by: <)
        return try files.flatMap { _, name in
            let url = directory.appending(path: name)
            do {
                return try EventRecords.whole(in: Data(contentsOf: url, options: .alwaysMapped))
                    .map { try BoardEvent(serializedBytes: $0) }
            } catch {
                throw Failure.system(path: url.path, reason: "no event file: \(error)")
            }
        }
    }
}
