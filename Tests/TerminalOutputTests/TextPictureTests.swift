// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

/// Pictures as text.
struct TextPictureTests {
    /// Red above blue on the left, black above white on the right.
    private static let pixels: [UInt8] = [
        255, 0, 0, 0, 0, 0,
        0, 0, 255, 255, 255, 255,
    ]

    private static func lines(
        _ colors: TextPicture.Colors, columns: Int, rows: Int
    ) -> [String] {
        TextPicture(colors).lines(pixels, side: 2, columns: columns, rows: rows)
    }

    @Test func `two pixels are a character, in the terminal's colours`() {
        #expect(
            Self.lines(.all, columns: 3, rows: 9) == [
                "\u{1b}[38;2;255;0;0m\u{1b}[48;2;0;0;255m▀"
                    + "\u{1b}[38;2;0;0;0m\u{1b}[48;2;255;255;255m▀\u{1b}[0m"
            ])
        #expect(
            Self.lines(.palette, columns: 2, rows: 1) == [
                "\u{1b}[38;5;196m\u{1b}[48;5;21m▀\u{1b}[38;5;16m\u{1b}[48;5;231m▀\u{1b}[0m"
            ])
        #expect(Self.lines(.none, columns: 2, rows: 1) == [":="])
    }

    @Test func `a colour is said once where it stays`() {
        let plain = [UInt8](repeating: 9, count: 4 * 4 * 3)
        let lines = TextPicture(.all).lines(plain, side: 4, columns: 4, rows: 2)
        #expect(
            lines
                == [String](
                    repeating: "\u{1b}[38;2;9;9;9m\u{1b}[48;2;9;9;9m▀▀▀▀\u{1b}[0m", count: 2))
    }

    @Test(arguments: [(4, 2, 4), (5, 9, 4), (9, 2, 4), (8, 4, 8), (64, 3, 4), (2, 9, 2), (1, 1, 2)])
    func `it is as large as there is room`(columns: Int, rows: Int, size: Int) {
        let lines = TextPicture(.none).lines(
            [UInt8](repeating: 0, count: 4 * 4 * 3), side: 4, columns: columns, rows: rows)
        #expect(lines.count == size / 2 && lines.allSatisfy { $0.count == size })
    }

    @Test func `the environment says which colours there are`() {
        #expect(TextPicture.Colors(["COLORTERM": "truecolor"]) == .all)
        #expect(TextPicture.Colors(["TERM": "xterm-direct"]) == .all)
        #expect(TextPicture.Colors(["TERM": "xterm"]) == .palette)
        #expect(TextPicture.Colors(["COLORTERM": "truecolor", "NO_COLOR": "1"]) == .none)
        #expect(TextPicture.Colors(["COLORTERM": "24bit", "NO_COLOR": ""]) == .all)
    }
}
