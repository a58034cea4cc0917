// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A picture as text: two pixels a character, one above the other.
package struct TextPicture: Sendable {
    /// The colours that a terminal has.
    package enum Colors: Sendable, Hashable {
        /// 24 bits.
        case all
        /// The 256 of xterm.
        case palette
        /// None: characters that are denser where the picture is brighter.
        case none

        /// What the environment says of a terminal, `NO_COLOR` first (no-color.org).
        package init(_ environment: [String: String]) {
            if let wish = environment["NO_COLOR"], !wish.isEmpty {
                self = .none
            } else if ["truecolor", "24bit"].contains(environment["COLORTERM"])
                || environment["TERM"]?.hasSuffix("direct") == true
            {
                self = .all
            } else {
                self = .palette
            }
        }
    }

    private let colors: Colors

    /// Draws with such colours.
    package init(_ colors: Colors) {
        self.colors = colors
    }

    /// The lines of a picture of side x side x 3 bytes (RGB, row 0 at the top), as large as there is
    /// room in columns and rows: enlarged by a whole factor, or with pixels left out.
    package func lines(_ pixels: [UInt8], side: Int, columns: Int, rows: Int) -> [String] {
        precondition(pixels.count == side * side * 3, "\(pixels.count) bytes of \(side) pixels")
        let room = min(columns, 2 * rows) & ~1
        let size = room >= side ? room / side * side : max(2, room)
        func color(_ x: Int, _ y: Int) -> SIMD3<Int> {
            let place = (y * side / size * side + x * side / size) * 3
            return SIMD3(Int(pixels[place]), Int(pixels[place + 1]), Int(pixels[place + 2]))
        }
        return (0..<(size / 2)).map { row in
            line((0..<size).map { (upper: color($0, 2 * row), lower: color($0, 2 * row + 1)) })
        }
    }

    private func line(_ cells: [(upper: SIMD3<Int>, lower: SIMD3<Int>)]) -> String {
        if colors == .none {
            return String(cells.map { Self.shade($0.upper &+ $0.lower) })
        }
        // A colour stays until another is said.
        var (text, upper, lower) = ("", "", "")
        for cell in cells {
            let codes = (code(38, cell.upper), code(48, cell.lower))
            if codes.0 != upper { text += codes.0 }
            if codes.1 != lower { text += codes.1 }
            (upper, lower) = codes
            text += "▀"
        }
        return text + "\u{1b}[0m"
    }

    /// What sets the colour of characters (38) or of what is behind them (48).
    private func code(_ ground: Int, _ color: SIMD3<Int>) -> String {
        if colors == .all { return "\u{1b}[\(ground);2;\(color.x);\(color.y);\(color.z)m" }
        // The cube of 6 x 6 x 6 colours.
        let level = (color &* 5 &+ 127) / 255
        return "\u{1b}[\(ground);5;\(16 + 36 * level.x + 6 * level.y + level.z)m"
    }

    private static let shades = Array(" .:-=+*#%@")

    private static func shade(_ sum: SIMD3<Int>) -> Character {
        // Rec. 601's weights of red, green and blue, of two pixels.
        let brightness = (299 * sum.x + 587 * sum.y + 114 * sum.z) / 2000
        return shades[min(shades.count - 1, brightness * shades.count / 256)]
    }
}
