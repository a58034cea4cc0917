// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Testing

struct TwoThirdsTests {
    /// Which lines make a line of the smaller picture, with their weights in 1/256.
    private static func taps(_ line: Int, _ side: Int) -> [(line: Int, weight: Int)] {
        let start = line / 2 * 3
        if line == 0 { return [(0, 160), (1, 96)] }
        if line == side / 3 * 2 - 1 { return [(side - 1, 160), (side - 2, 96)] }
        return line % 2 == 0
            ? [(start - 1, 28), (start, 142), (start + 1, 86)]
            : [(start + 1, 86), (start + 2, 142), (start + 3, 28)]
    }

    /// Rows first, then columns, each rounded to whole levels.
    private static func reduced(_ pixels: [UInt32], side: Int) -> [UInt8] {
        let small = side / 3 * 2
        func level(_ pixel: UInt32, _ channel: Int) -> Int { Int(pixel >> (8 * channel) & 255) }
        var result = [UInt8](repeating: 0, count: 3 * small * small)
        for channel in 0..<3 {
            for row in 0..<small {
                let line = (0..<side).map { column in
                    taps(row, side).reduce(128) {
                        $0 + $1.weight * level(pixels[$1.line * side + column], channel)
                    } >> 8
                }
                for column in 0..<small {
                    let sum = taps(column, side).reduce(128) { $0 + $1.weight * line[$1.line] }
                    result[3 * (row * small + column) + channel] = UInt8(sum >> 8)
                }
            }
        }
        return result
    }

    @Test(arguments: [12, 24, 96])
    func `a picture is reduced to the bit`(side: Int) {
        var state: UInt32 = 7
        let small = side / 3 * 2
        for fill in [nil, 0, UInt32.max] as [UInt32?] {
            let pixels = (0..<(side * side)).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return fill ?? (state ^ state >> 15)
            }
            var line = [UInt32](repeating: 0, count: side + 2)
            // What lies behind the target stays as it is.
            var target = [UInt8](repeating: 77, count: 3 * small * small + 16)
            ck_two_thirds(pixels, side, &line, &target)
            #expect(Array(target.dropLast(16)) == Self.reduced(pixels, side: side))
            #expect(target.suffix(16).allSatisfy { $0 == 77 })
        }
    }
}
