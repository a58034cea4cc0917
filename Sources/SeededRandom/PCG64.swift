// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Numpy's default bit generator (PCG XSL RR 128/64), number for number.
///
/// `PCG64(seed: s)` draws what `numpy.random.default_rng(s)` draws: `uniform`, `integer(below:)`
/// and raw words are the same bits. The state is a value: copying it forks the stream, and coding
/// it resumes the stream exactly.
public struct PCG64: RandomNumberGenerator, Sendable, Hashable, Codable {
    private static let multiplier = UInt128(
        _low: 4_865_540_595_714_422_341, _high: 2_549_297_995_355_413_924)

    private var state: UInt128
    private var increment: UInt128
    /// Numpy hands out a 64-bit word in two halves when 32 bits are asked for.
    private var spareHalf: UInt32?

    /// Seeds the generator as `numpy.random.default_rng(seed)` does.
    public init(seed: UInt64) {
        self.init(SeedSequence(seed: seed))
    }

    /// Seeds the generator from a seed sequence, four words of which become state and increment.
    public init(_ sequence: SeedSequence) {
        let words = sequence.generateState(count: 4)
        let start = UInt128(_low: words[1], _high: words[0])
        let stream = UInt128(_low: words[3], _high: words[2])
        increment = (stream << 1) | 1
        state = 0
        state = state &* Self.multiplier &+ increment
        state = state &+ start
        state = state &* Self.multiplier &+ increment
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state = state &* Self.multiplier &+ increment
        let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
        let rotation = UInt64(truncatingIfNeeded: state >> 122)
        return (folded >> rotation) | (folded << ((64 &- rotation) & 63))
    }

    /// The next 32 random bits, the low half of a word first, as numpy buffers them.
    public mutating func next32() -> UInt32 {
        if let half = spareHalf {
            spareHalf = nil
            return half
        }
        let word = next()
        spareHalf = UInt32(truncatingIfNeeded: word >> 32)
        return UInt32(truncatingIfNeeded: word)
    }

    /// A number in [0, 1) with 53 random bits: numpy's `random()`.
    public mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in [low, high), but for rounding, with 53 random bits: numpy's `uniform(low,
    /// high)`.
    public mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * unit()
    }

    /// A whole number in 0..<bound, which is positive: numpy's `integers(bound)`.
    ///
    /// Unbiased by Lemire's multiplication method, on 32-bit draws as numpy does it; a bound of 1
    /// draws nothing.
    public mutating func integer(below bound: UInt32) -> UInt32 {
        precondition(bound > 0, "integer(below:) needs a positive bound")
        if bound == 1 { return 0 }
        var product = UInt64(next32()) * UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let threshold = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < threshold {
                product = UInt64(next32()) * UInt64(bound)
            }
        }
        return UInt32(truncatingIfNeeded: product >> 32)
    }
}
