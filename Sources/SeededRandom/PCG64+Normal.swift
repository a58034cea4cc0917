// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension PCG64 {
    /// Two independent draws of the normal distribution N(0, 1) (Marsaglia's polar method).
    ///
    /// Both are handed out, so that the generator's state alone tells what comes next.
    public mutating func normalPair() -> (Double, Double) {
        while true {
            let u = 2 * unit() - 1
            let v = 2 * unit() - 1
            let square = u * u + v * v
            if square < 1 && square > 0 {
                let factor = (-2 * log(square) / square).squareRoot()
                return (u * factor, v * factor)
            }
        }
    }

    /// Fills a buffer with independent draws of N(0, 1); an odd count loses the last pair's second.
    public mutating func fillNormal(_ buffer: UnsafeMutableBufferPointer<Double>) {
        var index = 0
        while index < buffer.count {
            let pair = normalPair()
            buffer[index] = pair.0
            if index + 1 < buffer.count { buffer[index + 1] = pair.1 }
            index += 2
        }
    }

    /// Fills a buffer with draws of N(0, 1) rounded to single precision, as the one of doubles.
    public mutating func fillNormal(_ buffer: UnsafeMutableBufferPointer<Float>) {
        var index = 0
        while index < buffer.count {
            let pair = normalPair()
            buffer[index] = Float(pair.0)
            if index + 1 < buffer.count { buffer[index + 1] = Float(pair.1) }
            index += 2
        }
    }

    /// A random order of 0..<count (Fisher and Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        guard count > 1 else { return order }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(integer(below: UInt32(last + 1))))
        }
        return order
    }
}
