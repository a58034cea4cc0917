// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Conversions of pictures, 4 bytes a pixel: the means and filters that make them smaller.
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

    /// Two thirds of a picture's rows and columns, by the triangle filter of Pillow's `BILINEAR`.
    ///
    /// Three rows (columns) become two. The weights are ninths in 1/256: 1, 5, 3 and 3, 5, 1; at
    /// the edges the missing neighbour's share goes to the others. The source is side x side, a
    /// multiple of 3; `rows` is scratch memory for side x (2/3 side) pixels.
    static func twoThirds(
        _ source: UnsafePointer<UInt32>, side: Int, rows: UnsafeMutablePointer<UInt32>,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        let reduced = side / 3 * 2
        for row in 0..<reduced {
            let (taps, weights) = Self.taps(row, side)
            blend(
                UnsafeRawPointer(source + taps.x * side), UnsafeRawPointer(source + taps.y * side),
                UnsafeRawPointer(source + taps.z * side), weights, count: side,
                into: UnsafeMutableRawPointer(rows + row * side))
        }
        let (first, firstWeights) = taps(0, side)
        let (last, lastWeights) = taps(reduced - 1, side)
        for row in 0..<reduced {
            let input = rows + row * side
            let output = target + row * reduced
            output[0] = blend(input[first.x], input[first.y], input[first.z], firstWeights)
            for group in 1..<(side / 3) {
                // The odd output before this group, and the even one of it.
                let at = 3 * group
                let a = widened(input[at - 2], input[at - 1])
                let b = widened(input[at - 1], input[at])
                let c = widened(input[at], input[at + 1])
                let sum = a &* leftWeights &+ b &* 142 &+ c &* rightWeights &+ 128
                let bytes = SIMD8<UInt8>(truncatingIfNeeded: sum &>> 8)
                UnsafeMutableRawPointer(output + 2 * group - 1).storeBytes(
                    of: bytes, as: SIMD8<UInt8>.self)
            }
            output[reduced - 1] = blend(input[last.x], input[last.y], input[last.z], lastWeights)
        }
    }

    private static let leftWeights = SIMD8<UInt16>(86, 86, 86, 86, 28, 28, 28, 28)
    private static let rightWeights = SIMD8<UInt16>(28, 28, 28, 28, 86, 86, 86, 86)

    /// Which three lines make a line of the reduced picture, and their weights in 1/256.
    private static func taps(_ line: Int, _ side: Int) -> (SIMD3<Int>, SIMD3<UInt16>) {
        let start = line / 2 * 3
        if line % 2 == 0 {
            if line == 0 { return (SIMD3(0, 0, 1), SIMD3(0, 160, 96)) }
            return (SIMD3(start - 1, start, start + 1), SIMD3(28, 142, 86))
        }
        if start + 3 == side { return (SIMD3(start + 1, start + 2, start + 2), SIMD3(96, 160, 0)) }
        return (SIMD3(start + 1, start + 2, start + 3), SIMD3(86, 142, 28))
    }

    @inline(__always)
    private static func widened(_ a: UInt32, _ b: UInt32) -> SIMD8<UInt16> {
        SIMD8(truncatingIfNeeded: unsafeBitCast(SIMD2(a, b), to: SIMD8<UInt8>.self))
    }

    private static func blend(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ weights: SIMD3<UInt16>
    ) -> UInt32 {
        let sum =
            widened(a, 0) &* weights.x &+ widened(b, 0) &* weights.y
            &+ widened(c, 0) &* weights.z &+ 128
        let bytes = SIMD8<UInt8>(truncatingIfNeeded: sum &>> 8)
        return unsafeBitCast(bytes, to: SIMD2<UInt32>.self).x
    }

    private static func blend(
        _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer,
        _ weights: SIMD3<UInt16>, count: Int, into target: UnsafeMutableRawPointer
    ) {
        func load(_ line: UnsafeRawPointer, _ offset: Int) -> SIMD8<UInt16> {
            SIMD8(
                truncatingIfNeeded: line.loadUnaligned(
                    fromByteOffset: offset, as: SIMD8<UInt8>.self))
        }
        for offset in stride(from: 0, to: 4 * count, by: 8) {
            let sum =
                load(a, offset) &* weights.x &+ load(b, offset) &* weights.y
                &+ load(c, offset) &* weights.z &+ 128
            target.storeBytes(
                of: SIMD8<UInt8>(truncatingIfNeeded: sum &>> 8), toByteOffset: offset,
                as: SIMD8<UInt8>.self)
        }
    }
}
