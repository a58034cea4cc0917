// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

struct TextPlotTests {
    @Test func `a rising line goes from the lower left to the upper right`() {
        let points = (0...10).map { (x: Double($0), y: Double($0) * 100) }
        let text = TextPlot(width: 10, height: 4).text([points], xLabel: "n")
        #expect(
            text == """
                1,000 ┤⠀⠀⠀⠀⠀⠀⠀⢀⠤⠊
                  500 ┤⠀⠀⠀⠀⠀⢠⠒⠁⠀⠀
                      │⠀⠀⢀⡠⠊⠁⠀⠀⠀⠀
                    0 ┤⡠⠔⠁⠀⠀⠀⠀⠀⠀⠀
                      └──────────
                       0   n   10
                """)
    }

    @Test func `values that are not finite interrupt, and nothing is said to be nothing`() {
        let plot = TextPlot(width: 8, height: 2)
        #expect(plot.text([[]], xLabel: "") == "(nothing to plot yet)")
        let points = [(x: 0.0, y: 1.0), (x: 1, y: .nan), (x: 2, y: .infinity), (x: 3, y: 1)]
        let lines = plot.text([points], xLabel: "").split(separator: "\n").prefix(2).joined()
        let dots = lines.unicodeScalars.filter { (0x2801...0x28ff).contains($0.value) }
        #expect(dots.count == 2)
        _ = plot.text([[(x: -1.7e308, y: 1e300), (x: 1.7e308, y: -1e300)]], xLabel: "")
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
