// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The named random streams of a run, all derived from its one root seed.
///
/// A stream's seed is a hash of (root, name, indices), so that adding a stream, or drawing more
/// from one, never shifts another.
public struct SeedStreams: Sendable, Hashable, Codable {
    /// The run's seed, the one a user gives.
    public let root: UInt64

    /// The streams of the run that has this seed.
    public init(root: UInt64) {
        self.root = root
    }

    /// The seed of a named stream, such as "tracks", at indices such as generation and candidate.
    public func seed(_ name: String, _ indices: UInt64...) -> UInt64 {
        seed(name, indices: indices)
    }

    /// The generator of a named stream, such as "vae-noise", at indices such as the epoch.
    public func generator(_ name: String, _ indices: UInt64...) -> PCG64 {
        PCG64(seed: seed(name, indices: indices))
    }

    private func seed(_ name: String, indices: [UInt64]) -> UInt64 {
        // The name's length and the count of indices keep different splits of the same words apart.
        let bytes = Array(name.utf8)
        var words: [UInt32] = [UInt32(truncatingIfNeeded: bytes.count), UInt32(indices.count)]
        func append(_ value: UInt64) {
            words.append(UInt32(truncatingIfNeeded: value))
            words.append(UInt32(truncatingIfNeeded: value >> 32))
        }
        append(root)
        for byte in bytes { words.append(UInt32(byte)) }
        for index in indices { append(index) }
        return SeedSequence(entropy: words).generateState(count: 1)[0]
    }
}
