// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// The digest SHA-256 (FIPS 180-4), with which runs are compared.
package struct SHA256: Sendable {
    // FIPS 180-4, section 5.3.3: the first 32 bits of the fractional parts of the square roots of
    // the first 8 primes.
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
    private var schedule = [UInt32](repeating: 0, count: 64)
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    /// A digest of nothing yet.
    package init() {}

    /// The digest of some bytes, as lower-case hexadecimal.
    ///
    /// - Parameter data: The bytes.
    /// - Returns: 64 characters.
    package static func hexadecimal(of data: Data) -> String {
        var digest = SHA256()
        digest.update(data)
        return digest.finish()
    }

    /// Adds bytes.
    ///
    /// - Parameter data: Any number of bytes.
    package mutating func update(_ data: Data) {
        length += UInt64(data.count)
        data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            if !pending.isEmpty {
                let taken = min(64 - pending.count, rest.count)
                pending.append(contentsOf: rest.prefix(taken))
                rest = rest.dropFirst(taken)
                guard pending.count == 64 else { return }
                let block = pending
                pending.removeAll(keepingCapacity: true)
                block.withUnsafeBytes { compress($0, 0) }
            }
            let whole = UnsafeRawBufferPointer(rebasing: rest)
            var offset = 0
            while offset + 64 <= whole.count {
                compress(whole, offset)
                offset += 64
            }
            pending.append(contentsOf: whole[offset...])
        }
    }

    /// Adds the bits of numbers, little endian.
    ///
    /// - Parameter values: The numbers; equal numbers with other bits (0 and -0) count as unequal.
    package mutating func update(_ values: [Double]) {
        var data = Data(capacity: 8 * values.count)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        update(data)
    }

    /// Adds the bits of numbers, little endian.
    ///
    /// - Parameter values: The numbers.
    package mutating func update(_ values: [Float]) {
        var data = Data(capacity: 4 * values.count)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        update(data)
    }

    /// Ends the digest.
    ///
    /// - Returns: 64 characters of lower-case hexadecimal.
    package mutating func finish() -> String {
        let bits = length * 8
        let zeros = (119 - Int(length % 64)) % 64
        var padding = Data([0x80]) + Data(repeating: 0, count: zeros)
        withUnsafeBytes(of: bits.bigEndian) { padding.append(contentsOf: $0) }
        update(padding)
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// FIPS 180-4, section 6.2.2, on 64 bytes.
    private mutating func compress(_ bytes: UnsafeRawBufferPointer, _ offset: Int) {
        schedule.withUnsafeMutableBufferPointer { w in
            for t in 0..<16 {
                let word = bytes.loadUnaligned(fromByteOffset: offset + 4 * t, as: UInt32.self)
                w[t] = UInt32(bigEndian: word)
            }
            for t in 16..<64 {
                let x = w[t - 15]
                let y = w[t - 2]
                let s0 = x.rotated(7) ^ x.rotated(18) ^ (x >> 3)
                let s1 = y.rotated(17) ^ y.rotated(19) ^ (y >> 10)
                w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for t in 0..<64 {
                let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
                let choice = (e & f) ^ (~e & g)
                let first = h &+ s1 &+ choice &+ Self.constants[t] &+ w[t]
                let s0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
                let second = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
                (h, g, f, e) = (g, f, e, d &+ first)
                (d, c, b, a) = (c, b, a, first &+ second)
            }
            for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
        }
    }

    /// FIPS 180-4, section 4.2.2: of the cube roots of the first 64 primes, the first 32 bits of
    /// the fractional parts.
    private static let constants: [UInt32] = cubeRootFractions()

    private static func cubeRootFractions() -> [UInt32] {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 64 {
            if !primes.contains(where: { candidate % $0 == 0 }) { primes.append(candidate) }
            candidate += 1
        }
        // The largest r with r^3 <= prime * 2^96 is the root with 32 bits after the point.
        return primes.map { prime in
            let target = UInt128(prime) << 96
            var root: UInt128 = 0
            for bit in (0..<36).reversed() {
                let trial = root | (1 << UInt128(bit))
                if trial * trial * trial <= target { root = trial }
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 {
        (self >> count) | (self << (32 - count))
    }
}
