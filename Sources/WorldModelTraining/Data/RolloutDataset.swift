// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom
import ArrayFiles
import WorldModel

/// The recorded episodes below a directory, cut into a training and a held-out part.
///
/// Opening reads the files' headers only. A file that is damaged is left out, by name. Which files
/// are held out depends on their relative paths and the seed, not on the order or the place in
/// which they are found.
public struct RolloutDataset: Sendable {
    /// One usable file.
    public struct Recording: Sendable, Hashable {
        /// Its path below the dataset's directory.
        public let path: String
        /// Where it is.
        public let url: URL
        /// Its steps.
        public let length: Int
        /// The height and width of its observations.
        public let side: Int
        /// The length of its actions.
        public let actionSize: Int
        /// The size of the file.
        let byteCount: Int
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

    /// Finds the .npz files below a directory, at any depth.
    ///
    /// Of two or more files at least one is held out; the seed says which.
    ///
    /// - Throws: `TrainingError` if the directory is missing or has no usable file.
    public init(directory: URL, heldOutShare: Double = 0.1, seed: UInt64 = 1) throws {
        self.directory = directory
        var found: [Recording] = []
        var skipped: [Skipped] = []
        for path in try Self.paths(below: directory) {
            let url = directory.appending(path: path)
            do {
                let reader = try NPZReader(contentsOf: url)
                let layout = try RolloutFile.Layout(of: reader)
                let values = try? url.resourceValues(forKeys: [.fileSizeKey])
                found.append(
                    Recording(
                        path: path, url: url, length: layout.length, side: layout.side,
                        actionSize: layout.actionSize, byteCount: values?.fileSize ?? 0))
            } catch {
                skipped.append(Skipped(path: path, reason: String(describing: error)))
            }
        }
        guard !found.isEmpty else {
            throw TrainingError.emptyDataset(
                path: directory.path, skipped: skipped.count, firstReason: skipped.first?.reason)
        }
        self.skipped = skipped
        let streams = SeedStreams(root: seed)
        let ranked = found.sorted {
            let keys = (streams.seed("held-out " + $0.path), streams.seed("held-out " + $1.path))
            return keys.0 == keys.1 ? $0.path < $1.path : keys.0 < keys.1
        }
        let share = Int((Double(found.count) * heldOutShare).rounded())
        let count = found.count < 2 ? 0 : min(found.count - 1, max(1, share))
        heldOut = ranked[..<count].sorted { $0.path < $1.path }
        training = ranked[count...].sorted { $0.path < $1.path }
    }

    /// The files to measure on; the training files if there is only one.
    var measured: [Recording] { heldOut.isEmpty ? training : heldOut }

    /// A short text that changes with the files' names, lengths and sizes.
    public var fingerprint: String {
        var hash = StableHash()
        for recording in recordings {
            hash.combine(recording.path)
            hash.combine("\(recording.length) \(recording.side) \(recording.byteCount)")
        }
        return hash.text
    }

    private static func paths(below directory: URL) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory),
            isDirectory.boolValue,
            let entries = FileManager.default.enumerator(atPath: directory.path)
        else { throw TrainingError.missingDataset(path: directory.path) }
        return entries.compactMap { $0 as? String }.filter { $0.hasSuffix(".npz") }.sorted()
    }
}

/// A 64-bit FNV-1a hash, the same in every process; it finds changes, not forgeries.
struct StableHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Takes in a text and its end.
    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xff)
    }

    /// Takes in bytes.
    mutating func combine(_ bytes: Data) {
        for byte in bytes { combine(byte) }
    }

    private mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// Sixteen hexadecimal digits.
    var text: String { String(format: "%016llx", state) }
}
