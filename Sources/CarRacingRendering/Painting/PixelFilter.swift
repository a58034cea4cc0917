// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Conversions of pictures, 4 bytes a pixel.
enum PixelFilter {
    /// `count` pixels of RGBA as 3 x count bytes of RGB.
    static func dropAlpha(
        _ source: UnsafePointer<UInt32>, count: Int, into target: UnsafeMutablePointer<UInt8>
    ) {
        let words = UnsafeMutableRawPointer(target)
        let groups = count / 4
        for group in 0..<groups {
            let (a, b) = (source[4 * group], source[4 * group + 1])
            let (c, d) = (source[4 * group + 2], source[4 * group + 3])
            let at = 12 * group
            words.storeBytes(of: (a & 0xFFFFFF) | (b << 24), toByteOffset: at, as: UInt32.self)
            words.storeBytes(
                of: ((b >> 8) & 0xFFFF) | (c << 16), toByteOffset: at + 4, as: UInt32.self)
            words.storeBytes(
                of: ((c >> 16) & 0xFF) | (d << 8), toByteOffset: at + 8, as: UInt32.self)
        }
        for index in (4 * groups)..<count {
            for channel in 0..<3 {
                target[3 * index + channel] =
                    UInt8(truncatingIfNeeded: source[index] >> (8 * UInt32(channel)))
            }
        }
    }

    /// The mean of every 2x2 pixels, rounded down as the reference's scaling rounds.
    ///
    /// The source has 2 height x 2 width pixels, its odd rows after all even ones if interleaved;
    /// the target gets height x width and may be the source itself.
    static func halve(
        _ source: UnsafePointer<UInt32>, isInterleaved: Bool, width: Int, height: Int,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        let rowStep = (isInterleaved ? 2 : 4) * width
        let lowerStart = 2 * width * (isInterleaved ? height : 1)
        // Two pixels a word, each channel in 16 bits of its own: four of them cannot overflow.
        let mask: UInt64 = 0x00FF_00FF_00FF_00FF
        for row in 0..<height {
            let upper = UnsafeRawPointer(source + row * rowStep)
            let lower = UnsafeRawPointer(source + row * rowStep + lowerStart)
            let output = target + row * width
            for column in 0..<width {
                let a = upper.loadUnaligned(fromByteOffset: 8 * column, as: UInt64.self)
                let b = lower.loadUnaligned(fromByteOffset: 8 * column, as: UInt64.self)
                let even = (a & mask) &+ (b & mask)
                let odd = ((a >> 8) & mask) &+ ((b >> 8) & mask)
                let evenSum = UInt32(truncatingIfNeeded: even &+ (even >> 32))
                let oddSum = UInt32(truncatingIfNeeded: odd &+ (odd >> 32))
                output[column] =
                    ((evenSum >> 2) & 0x00FF_00FF) | (((oddSum >> 2) & 0x00FF_00FF) << 8)
            }
        }
    }
}
