// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom

/// The recorded episodes below a directory, cut into a training and a held-out part.
///
/// Every file is read whole once; one that is damaged anywhere is left out, by name. Links are
/// followed. Which files are held out depends on their relative paths and the seed, not on the order
/// or the place in which they are found.
public struct RolloutDataset: Sendable {
    /// One usable file.
    public struct Recording: Sendable, Hashable {
        /// Its path below the dataset's directory.
        public let path: String
        /// Where it is.
        public let url: URL
        /// Its steps.
        public var length: Int { facts.length }
        /// The height and width of its observations.
        public var side: Int { facts.side }
        /// The length of its actions.
        public var actionSize: Int { facts.actionSize }
        /// The size of the file.
        let byteCount: Int
        /// What reading it has shown.
        let facts: RecordingFacts
    }

    /// A file that is not used.
    public struct Skipped: Sendable, Hashable {
        /// Its path below the dataset's directory.
        public let path: String
        /// One line that says why.
        public let reason: String
    }

    /// The directory.
    public let directory: URL
    /// The files to train on, ordered by path.
    public let training: [Recording]
    /// The files to measure on, ordered by path.
    public let heldOut: [Recording]
    /// The files that are left out.
    public let skipped: [Skipped]

    /// All usable files, ordered by path.
    public var recordings: [Recording] { (training + heldOut).sorted { $0.path < $1.path } }

    /// Reads the .npz files below a directory, at any depth.
    ///
    /// Of two or more files at least one is held out; the seed says which.
    ///
    /// - Throws: `TrainingError` if the directory is missing or has no usable file.
    public init(directory: URL, heldOutShare: Double = 0.1, seed: UInt64 = 1) throws {
        var index = RecordingIndex(of: directory)
        try self.init(directory: directory, heldOutShare: heldOutShare, seed: seed, index: &index)
    }

    /// Reads those of the .npz files below a directory that the index does not know.
    ///
    /// - Throws: `TrainingError` if the directory is missing or has no usable file, or what `tell`
    ///   throws.
    init(
        directory: URL, heldOutShare: Double, seed: UInt64, index: inout RecordingIndex,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        _ tell: (TrainingEvent) throws -> Void = { _ in }
    ) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw TrainingError.missingDataset(path: directory.path) }
        let walk = RecordingWalk(directory)
        var found: [Recording] = []
        var skipped = walk.unreadable
        for (path, size, facts) in try index.facts(
            of: walk.paths, in: directory, threads: max(1, threads), tell)
        {
            switch facts {
            case .success(let facts):
                found.append(
                    Recording(
                        path: path, url: directory.appending(path: path), byteCount: size,
                        facts: facts))
            case .failure(let error):
                skipped.append(Skipped(path: path, reason: String(describing: error)))
            }
        }
        guard !found.isEmpty else {
            throw TrainingError.emptyDataset(
                path: directory.path, skipped: skipped.count, firstReason: skipped.first?.reason)
        }
        let count = Self.heldOutCount(of: found.count, share: heldOutShare)
        let ranked = Self.ranked(found, seed: seed)
        self.init(
            directory: directory, training: Array(ranked[count...]),
            heldOut: Array(ranked[..<count]), skipped: skipped)
    }

    private init(
        directory: URL, training: [Recording], heldOut: [Recording], skipped: [Skipped]
    ) {
        self.directory = directory
        self.training = training.sorted { $0.path < $1.path }
        self.heldOut = heldOut.sorted { $0.path < $1.path }
        self.skipped = skipped
    }

    /// The same recordings, of which those that were there before keep their side of the split.
    ///
    /// Of the new ones as many are held out as the share of all asks for.
    func keeping(
        _ earlier: [EarlierRecording], heldOutShare: Double, seed: UInt64
    ) -> RolloutDataset {
        let sides = Dictionary(earlier.map { ($0.path, $0.isHeldOut) }) { first, _ in first }
        let all = recordings
        let added = Self.ranked(all.filter { sides[$0.path] == nil }, seed: seed)
        let kept = all.filter { sides[$0.path] == true }
        let wanted = Self.heldOutCount(of: all.count, share: heldOutShare) - kept.count
        let count = min(added.count, max(0, wanted))
        return RolloutDataset(
            directory: directory,
            training: all.filter { sides[$0.path] == false } + added[count...],
            heldOut: kept + added[..<count], skipped: skipped)
    }

    private static func heldOutCount(of count: Int, share: Double) -> Int {
        count < 2 ? 0 : min(count - 1, max(1, Int((Double(count) * share).rounded())))
    }

    /// In the order in which recordings are held out.
    private static func ranked(_ recordings: [Recording], seed: UInt64) -> [Recording] {
        let streams = SeedStreams(root: seed)
        return recordings.sorted {
            let keys = (streams.seed("held-out " + $0.path), streams.seed("held-out " + $1.path))
            return keys.0 == keys.1 ? $0.path < $1.path : keys.0 < keys.1
        }
    }

    /// The files to measure on; the training files if there is only one.
    var measured: [Recording] { heldOut.isEmpty ? training : heldOut }

    /// A short text that changes with the files' names, lengths and sizes.
    public var fingerprint: String { Self.fingerprint(of: recordings) }

    /// The fingerprint of a dataset of some recordings, ordered by path.
    static func fingerprint(of recordings: [Recording]) -> String {
        var hash = StableHash()
        for recording in recordings {
            hash.combine(recording.path)
            hash.combine("\(recording.length) \(recording.side) \(recording.byteCount)")
        }
        return hash.text
    }
}
