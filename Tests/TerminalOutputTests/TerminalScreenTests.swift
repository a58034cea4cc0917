// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

struct TerminalScreenTests {
    /// What a terminal of so many rows shows after this text: moves up, ends of lines, erasures.
    private func shown(_ texts: [String], height: Int) -> [String] {
        var lines = [""]
        var row = 0
        for text in texts {
            var rest = Substring(text)
            while let character = rest.first {
                if rest.hasPrefix("\u{1b}[") {
                    let body = rest.dropFirst(2)
                    let count = body.prefix { $0.isNumber }
                    switch body.dropFirst(count.count).first {
                    case "A": row -= Int(count) ?? 1
                    case "J": lines = Array(lines.prefix(row)) + [""]
                    default: break
                    }
                    rest = body.dropFirst(count.count + 1)
                    continue
                }
                rest = rest.dropFirst()
                switch character {
                case "\r": lines[row] = ""
                case "\n":
                    row += 1
                    if row == lines.count { lines.append("") } else { lines[row] = "" }
                default: lines[row].append(character)
                }
            }
            #expect(lines.count <= height, "it has scrolled")
        }
        return Array(lines.prefix(row))
    }

    @Test func `lines take the place of the last ones, fewer or more`() {
        var screen = TerminalScreen(.standardOutput)
        let texts = [["a", "b", "c"], ["d"], ["e", "f"]].map {
            screen.frame($0, width: 80, height: 24)
        }
        #expect(shown(texts, height: 24) == ["e", "f"])
    }

    @Test func `what has no room is left out, and the last line says so`() {
        var screen = TerminalScreen(.standardOutput)
        let lines = (1...30).map { "line \($0) \(String(repeating: "x", count: 100))" }
        let texts = [lines, lines].map { screen.frame($0, width: 20, height: 10) }
        let rows = shown(texts, height: 10)
        #expect(rows.count == 9 && rows.allSatisfy { $0.count <= 20 })
        #expect(rows.last == "(22 lines more)")
    }
}
