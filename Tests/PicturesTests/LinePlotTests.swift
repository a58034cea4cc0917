// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import Pictures

struct LinePlotTests {
    @Test func `a logarithmic axis has each power of ten as far from the next`() {
        var plot = LinePlot(
            title: "", xLabel: "", yLabel: "",
            series: [
                .init(
                    name: "",
                    points: [1e-8, 1, 0, -1, 100].map { .init(x: 0, y: $0, deviation: 3) })
            ], references: [.init(name: "line", y: 1000)])
        plot.isLogarithmic = true
        let points = plot.logarithms.series[0].points
        #expect([points[0], points[1], points[4]].map(\.y) == [-8, 0, 2])
        #expect(points.allSatisfy { $0.deviation == 0 })
        #expect(points[2].y.isNaN && points[3].y.isNaN)
        #expect(plot.logarithms.references[0].y == 3)
    }

    @Test func `a straight line of powers is a straight line in the picture`() {
        var plot = LinePlot(
            title: "", xLabel: "", yLabel: "",
            series: [
                .init(
                    name: "", points: (0...10).map { .init(x: Double($0), y: 1e-5 * pow10($0)) },
                    color: RGBColor(255, 0, 0))
            ])
        plot.isLogarithmic = true
        let image = plot.image(width: 400, height: 300)
        // The curve's height in the middle lies halfway between its ends.
        let columns = (0..<400).map { column in
            let rows = (0..<300).filter { row in
                let pixel = 3 * (row * 400 + column)
                return image.pixels[pixel] > 200 && image.pixels[pixel + 1] < 60
            }
            return rows.isEmpty ? nil : Double(rows.reduce(0, +)) / Double(rows.count)
        }
        let drawn = columns.indices.filter { columns[$0] != nil }
        guard let first = drawn.first, let last = drawn.last,
            let start = columns[first], let end = columns[last],
            let middle = columns[(first + last) / 2]
        else {
            Issue.record("no curve was drawn")
            return
        }
        #expect(start - end > 100)
        #expect(abs(middle - (start + end) / 2) < 4)
    }

    private func pow10(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { value, _ in value * 10 }
    }
}
