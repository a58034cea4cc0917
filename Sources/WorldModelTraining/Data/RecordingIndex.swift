// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import WorldModel

/// What reading a recording whole has shown.
struct RecordingFacts: Codable, Hashable, Sendable {
    /// The steps.
    var length: Int
    /// The height and width of an observation.
    var side: Int
    /// The length of an action.
    var actionSize: Int
    /// The actions beyond the last observation, which are not used.
    var surplusActions: Int
    /// The sum of the rewards; nil: it has none.
    var episodeReturn: Double?
    /// Whether the last step ends the episode; nil: it does not say.
    var isTerminated: Bool?
    /// How its frames look.
    var look: FrameLook

    /// Whether the counts can be some; those of a file that was changed by hand need not.
    var isSound: Bool {
        (0...1 << 30).contains(length) && (1...1 << 16).contains(side)
            && (0...1 << 16).contains(actionSize) && (0...1 << 30).contains(surplusActions)
    }

    /// Reads a recording whole.
    ///
    /// - Throws: `FileError` or `RolloutFileError` if any of it is damaged.
    init(reading url: URL) throws {
        let reader = try NPZReader(contentsOf: url)
        let layout = try RolloutFile.Layout(of: reader)
        let file = try RolloutFile(reader, layout)
        length = layout.length
        side = layout.side
        actionSize = layout.actionSize
        surplusActions = layout.surplusActions
        // The elements as the file has them, which may be double precision.
        episodeReturn = try layout.rewards.map { try reader.array($0).doubles().reduce(0, +) }
        isTerminated = layout.terminals == nil ? nil : file.terminals.last == true
        look = FrameLook(of: file)
    }
}

/// The recordings of a directory that were read whole and found sound.
///
/// Kept in a file it spares the next program the reading. A file that has another size or time of
/// change than it had is read again, and so is one that was damaged.
struct RecordingIndex: Codable {
    /// A sound recording, as it was when it was read.
    private struct Entry: Codable {
        var size: Int
        /// Nanoseconds since 1970.
        var modified: Int
        var facts: RecordingFacts
    }

    private var directory: String
    private var entries: [String: Entry] = [:]

    /// An index that knows nothing yet of a directory's recordings.
    init(of directory: URL) {
        self.directory = directory.standardizedFileURL.path(percentEncoded: false)
    }

    /// Reads an index; one that is missing, damaged or of another directory knows nothing.
    init(contentsOf file: URL, of directory: URL) {
        self.init(of: directory)
        if let data = try? Data(contentsOf: file),
            let stored = try? JSONDecoder().decode(Self.self, from: data),
            stored.directory == self.directory,
            stored.entries.values.allSatisfy(\.facts.isSound)
        {
            self = stored
        }
    }

    /// Writes the index.
    ///
    /// - Throws: `FileError`.
    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(self), to: file)
    }

    /// What is known of files by their paths below the directory; those of which nothing is known
    /// are read, in groups, several at a time.
    ///
    /// - Throws: What `tell` throws.
    mutating func facts(
        of paths: [String], in directory: URL, threads: Int,
        _ tell: (TrainingEvent) throws -> Void
    ) throws -> [(path: String, size: Int, facts: Result<RecordingFacts, any Error>)] {
        let files = paths.map { path in
            let url = directory.appending(path: path)
            let (size, modified) = Self.stamp(url)
            return (path: path, url: url, size: size, modified: modified)
        }
        var found = files.map { file -> Result<RecordingFacts, any Error>? in
            guard let entry = entries[file.path], entry.size == file.size,
                entry.modified == file.modified
            else { return nil }
            return .success(entry.facts)
        }
        let unread = found.indices.filter { found[$0] == nil }
        let pool = WorkerPool(threads: threads)
        var reporter = ProgressReporter("checking", unit: "recordings", total: unread.count)
        for start in stride(from: 0, to: unread.count, by: threads) {
            let group = Array(unread[start..<min(start + threads, unread.count)])
            var results = [Result<RecordingFacts, any Error>?](repeating: nil, count: group.count)
            results.withUnsafeMutableBufferPointer { results in
                // Each task writes an element of its own, and the pool returns when all are done.
                nonisolated(unsafe) let results = results
                pool.run(group.count) { task, _ in
                    results[task] = Result { try RecordingFacts(reading: files[group[task]].url) }
                }
            }
            for (index, result) in zip(group, results) { found[index] = result }
            try reporter.advance(by: group.count, loss: 0, tell)
        }
        entries = [:]
        return zip(files, found).compactMap { file, result in
            guard let result else { return nil }
            if case .success(let facts) = result {
                entries[file.path] = Entry(
                    size: file.size, modified: file.modified, facts: facts)
            }
            return (file.path, file.size, result)
        }
    }

    /// A file's size and time of change, before it is read.
    private static func stamp(_ url: URL) -> (size: Int, modified: Int) {
        var status = stat()
        guard stat(url.path(percentEncoded: false), &status) == 0 else { return (0, 0) }
        let time = status.st_mtim
        return (Int(status.st_size), time.tv_sec * 1_000_000_000 + time.tv_nsec)
    }
}
