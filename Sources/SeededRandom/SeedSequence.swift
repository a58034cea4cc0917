// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Numpy's way of turning one integer seed into well mixed generator state.
///
/// The pool of four 32-bit words follows `numpy.random.SeedSequence` (M. E. O'Neill's seed_seq
/// design), so that `PCG64(seed:)` yields the numbers of `numpy.random.default_rng(seed)`.
public struct SeedSequence: Sendable, Hashable {
    private static let poolSize = 4
    private static let initialA: UInt32 = 0x43b0_d7e5
    private static let multiplierA: UInt32 = 0x931e_8875
    private static let initialB: UInt32 = 0x8b51_f9dd
    private static let multiplierB: UInt32 = 0x58f3_8ded
    private static let mixLeft: UInt32 = 0xca01_f9dd
    private static let mixRight: UInt32 = 0x4973_f715

    private var pool: [UInt32]

    /// Mixes 32-bit words, least significant first as numpy splits an integer, into the pool.
    public init(entropy: [UInt32]) {
        var hashConstant = Self.initialA
        func hash(_ value: UInt32) -> UInt32 {
            var value = value ^ hashConstant
            hashConstant = hashConstant &* Self.multiplierA
            value = value &* hashConstant
            return value ^ (value >> 16)
        }
        func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
            let result = (Self.mixLeft &* x) &- (Self.mixRight &* y)
            return result ^ (result >> 16)
        }
        var pool = [UInt32](repeating: 0, count: Self.poolSize)
        for index in 0..<Self.poolSize {
            pool[index] = hash(index < entropy.count ? entropy[index] : 0)
        }
        for source in 0..<Self.poolSize {
            for destination in 0..<Self.poolSize where source != destination {
                pool[destination] = mix(pool[destination], hash(pool[source]))
            }
        }
        for word in entropy.dropFirst(Self.poolSize) {
            for destination in 0..<Self.poolSize {
                pool[destination] = mix(pool[destination], hash(word))
            }
        }
        self.pool = pool
    }

    /// Mixes an integer seed, split into 32-bit words as numpy does.
    public init(seed: UInt64) {
        let low = UInt32(truncatingIfNeeded: seed)
        let high = UInt32(truncatingIfNeeded: seed >> 32)
        self.init(entropy: high == 0 ? [low] : [low, high])
    }

    /// The first words of numpy's `generate_state(count, uint64)`.
    public func generateState(count: Int) -> [UInt64] {
        var hashConstant = Self.initialB
        var words: [UInt32] = []
        for index in 0..<(2 * count) {
            var value = pool[index % Self.poolSize] ^ hashConstant
            hashConstant = hashConstant &* Self.multiplierB
            value = value &* hashConstant
            words.append(value ^ (value >> 16))
        }
        return (0..<count).map { UInt64(words[2 * $0]) | UInt64(words[2 * $0 + 1]) << 32 }
    }
}
