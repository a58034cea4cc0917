// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import Basics

struct PrintableTextTests {
    @Test func `control, format and line-breaking characters stand as escapes`() {
        #expect("\u{1b}[2K\rbest".printable == "\\u{1b}[2K\\u{d}best")
        #expect(
            "a\nb\u{85}c\u{2028}d\u{202e}e\u{7f}f\0".printable
                == "a\\u{a}b\\u{85}c\\u{2028}d\\u{202e}e\\u{7f}f\\u{0}")
        // One grapheme of two scalars, of which one ends the line.
        #expect("\r\n".printable == "\\u{d}\\u{a}")
    }

    @Test func `what can be shown stays as it is, and so does what was escaped`() {
        for text in ["", "host-1.local", "größe é 東京 🚗", "a\\b", "\u{1b}".printable] {
            #expect(text.printable == text)
        }
    }
}
