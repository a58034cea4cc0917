// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

struct TextPlotTests {
    @Test func `a rising line goes from the lower left to the upper right`() {
        let points = (0...10).map { (x: Double($0), y: Double($0) * 100) }
        let lines = TextPlot(width: 10, height: 4).lines(
            [.init(name: "line", points: points)], xLabel: "n")
        #expect(
            lines.joined(separator: "\n") == """
                1,000 ┤⠀⠀⠀⠀⠀⠀⠀⢀⠤⠊
                  500 ┤⠀⠀⠀⠀⠀⢠⠒⠁⠀⠀
                      │⠀⠀⢀⡠⠊⠁⠀⠀⠀⠀
                    0 ┤⡠⠔⠁⠀⠀⠀⠀⠀⠀⠀
                      └──────────
                       0   n   10
                       ⠒⠒ line
                """)
    }

    @Test func `marks hide lines, and what has no points is not in the legend`() {
        let lines = TextPlot(width: 2, height: 2).lines(
            [
                .init(name: "a", points: [(x: 0, y: 0), (x: 1, y: 1)]),
                .init(name: "b", style: .marks("x"), points: [(x: 1, y: 1)]),
                .init(name: "c", points: [(x: .nan, y: 1)]),
            ], xLabel: "")
        #expect(lines.first == "1 ┤⠀x")
        #expect(lines.last == "   ⠒⠒ a   x b")
    }

    @Test func `values that are not finite interrupt, and nothing is said to be nothing`() {
        let plot = TextPlot(width: 8, height: 2)
        #expect(plot.lines([.init(name: "", points: [])], xLabel: "").isEmpty)
        let points = [(x: 0.0, y: 1.0), (x: 1, y: .nan), (x: 2, y: .infinity), (x: 3, y: 1)]
        let drawing = plot.lines([.init(name: "", points: points)], xLabel: "").prefix(2).joined()
        let dots = drawing.unicodeScalars.filter { (0x2801...0x28ff).contains($0.value) }
        #expect(dots.count == 2)
        let extreme = [(x: -1.7e308, y: 1e300), (x: 1e300, y: -1e300)]
        #expect(!plot.lines([.init(name: "", points: extreme)], xLabel: "").isEmpty)
    }

    @Test func `a table is aligned`() {
        var table = TextTable([TextTable.Column("name", isNumeric: false), TextTable.Column("n")])
        table.add(["a", "1,000"])
        table.add(["longer", "7"])
        #expect(
            table.text == """
                name        n
                ──────  ─────
                a       1,000
                longer      7
                """)
    }
}
