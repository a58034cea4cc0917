// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
package import Foundation
package import RunStore
import WorldModel

/// A copy of a run's directory, made while the run may go on, and checked.
package struct RunBackup: Sendable, Encodable {
    /// Why there is no backup; nothing of it is left.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case exists(path: String)
        /// A copy of a file is not what was read.
        case differs(path: String)
        /// V's or M's file is not the one that the run was begun with.
        case otherModel(path: String, stored: String, found: String)
        case system(path: String, reason: String)

        package var description: String {
            switch self {
            case .exists(let path): "\(path): is there already"
            case .differs(let path): "\(path): was not read back as it was written"
            case .otherModel(let path, let stored, let found):
                "\(path): SHA-256 is \(found); the run was begun with \(stored)"
            case .system(let path, let reason): "\(path): \(reason)"
            }
        }
    }

    /// The new directory.
    package let path: String
    /// The run.
    package let identifier: String
    /// The last complete generation in it.
    package let generation: Int
    /// The files, the database among them.
    package private(set) var files = 0
    /// Their bytes.
    package private(set) var bytes = 0

    /// Copies a run into a directory that must not exist, which appears whole or not at all.
    ///
    /// Files that links lead to are copied in the links' place; locks and what an interrupted writer
    /// left are not. `isStopped` is asked now and then, and ends the copying.
    ///
    /// - Throws: `RunStoreError`, `FileError`, `Failure`; `CancellationError` where it was stopped.
    package init(
        of run: RunDirectory, to target: URL, isStopped: () -> Bool = { false }
    ) throws {
        let target = target.standardizedFileURL
        path = target.path
        try Self.requireAbsence(of: target)
        let reader = try RunReader(run)
        let copy = RunDirectory(
            path: target.deletingLastPathComponent().appending(
                path: ".\(target.lastPathComponent).\(UUID().uuidString.prefix(8)).partial"
            ).path)
        UnfinishedFiles.add(copy.path)
        defer {
            try? FileManager.default.removeItem(at: copy.url)
            UnfinishedFiles.remove(copy.path)
        }
        try copy.create()
        try reader.copyDatabase(to: copy.database)
        let copied = try RunReader(copy)
        try copied.verify()
        identifier = try copied.requireIdentity(of: run).identifier
        generation = try copied.lastGeneration()?.generation ?? 0
        try add(copy.database)
        try copyFiles(of: run, to: copy, isStopped: isStopped)
        try Self.requireModels(of: copied, in: copy, named: run)
        try Self.requireAbsence(of: target)
        guard rename(copy.path, path) == 0 else {
            throw Failure.system(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private mutating func copyFiles(
        of run: RunDirectory, to copy: RunDirectory, isStopped: () -> Bool
    ) throws {
        let own = [run.database, run.lock].map(\.lastPathComponent)
        guard let names = FileManager.default.enumerator(atPath: run.path) else { return }
        for case let name as String in names {
            if isStopped() { throw CancellationError() }
            // The database has been copied, with what its -wal and -shm have.
            if own.contains(where: name.hasPrefix) || name.hasSuffix(".partial") { continue }
            let source = run.url.appending(path: name)
            var status = stat()
            // It was replaced or removed since it was listed; a link may lead nowhere.
            guard stat(source.path, &status) == 0 else {
                // It has another name, and a copy without it would not be one.
                guard !name.contains("\u{FFFD}") else {
                    throw Failure.system(path: source.path, reason: "its name is not UTF-8")
                }
                continue
            }
            let place = copy.url.appending(path: name)
            if status.st_mode & S_IFMT == S_IFDIR {
                try FileManager.default.createDirectory(
                    at: place, withIntermediateDirectories: true)
            } else if status.st_mode & S_IFMT == S_IFREG {
                let content = try Data(contentsOf: source, options: .alwaysMapped)
                try AtomicFile.write(content, to: place)
                try add(place)
                guard try Data(contentsOf: place) == content else {
                    throw Failure.differs(path: source.path)
                }
            }
        }
    }

    private mutating func add(_ file: URL) throws {
        files += 1
        bytes += try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }

    private static func requireAbsence(of target: URL) throws {
        var status = stat()
        if lstat(target.path, &status) == 0 { throw Failure.exists(path: target.path) }
    }

    /// A run whose models are others than its settings name cannot be continued, nor can its copy.
    private static func requireModels(
        of reader: RunReader, in copy: RunDirectory, named run: RunDirectory
    ) throws {
        let settings = Dictionary(
            try reader.settings().map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let files = [Agent.Part.vae, .mdrnn].map { (setting: $0.rawValue, name: $0.fileName) }
        for file in files + [(setting: DreamStarts.name, name: DreamStarts.fileName)] {
            guard let stored = settings["\(file.setting)-sha256"] else { continue }
            let place = copy.url.appending(path: file.name)
            let data = FileManager.default.contents(atPath: place.path)
            let found = data.map { SHA256.digest($0).hexadecimal } ?? "that of no file"
            guard found == stored else {
                throw Failure.otherModel(
                    path: run.url.appending(path: file.name).path, stored: stored, found: found)
            }
        }
    }
}
