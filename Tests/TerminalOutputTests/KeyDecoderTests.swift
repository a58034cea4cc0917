// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

/// What is typed, in whatever pieces it comes.
struct KeyDecoderTests {
    private static func keys(_ text: String) -> [TerminalKey] {
        var decoder = KeyDecoder()
        return decoder.keys(Array(text.utf8))
    }

    @Test func `arrows in both of their forms, and letters between them`() {
        #expect(Self.keys("\u{1b}[A\u{1b}[B\u{1b}[C\u{1b}[D") == [.up, .down, .right, .left])
        #expect(Self.keys("\u{1b}OA\u{1b}OD") == [.up, .left])
        #expect(Self.keys("a\u{1b}[Dq\u{3}") == [.byte(97), .left, .byte(113), .byte(3)])
        // With Shift, or held with Control.
        #expect(Self.keys("\u{1b}[1;2C\u{1b}[1;5A") == [.right, .up])
    }

    @Test func `a sequence may come byte by byte`() {
        var decoder = KeyDecoder()
        #expect(Array("\u{1b}[1;2D".utf8).flatMap { decoder.keys([$0]) } == [.left])
    }

    @Test func `what is no key of ours is none, and what follows it is understood`() {
        // F5, Delete, Alt and a letter, ESC alone before an arrow.
        #expect(
            Self.keys("\u{1b}[15~w\u{1b}[3~s\u{1b}xd\u{1b}\u{1b}[C") == [
                .byte(119), .byte(115), .byte(100), .right,
            ])
    }
}
