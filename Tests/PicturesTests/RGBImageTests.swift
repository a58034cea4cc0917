// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Pictures
import ArrayFiles
import TestSupport
import Testing

struct RGBImageTests {
    private let gradient = RGBImage(
        width: 5, height: 3, pixels: (0..<45).map { UInt8($0 * 5) })

    @Test func `a PNG file comes back as it was`() throws {
        let image = gradient.scaled(by: 7)
        let read = try RGBImage(pngData: image.pngData())
        #expect(read == image)
        let place = try TemporaryDirectory()
        let missing = place.url.appending(path: "none/x.png")
        #expect(throws: FileError.missingDirectory(path: missing.path)) {
            try image.writePNG(to: missing)
        }
    }

    @Test func `scaling makes squares`() {
        let image = gradient.scaled(by: 3)
        #expect(image.width == 15 && image.height == 9)
        for y in 0..<9 {
            for x in 0..<15 { #expect(image[x, y] == gradient[x / 3, y / 3]) }
        }
    }

    @Test func `tiles lie in reading order with gaps`() {
        let colors = [RGBColor.black, .white, RGBColor(1, 2, 3)]
        let tiles = colors.map { RGBImage(width: 4, height: 2, color: $0) }
        let grid = RGBImage.grid(tiles, columns: 2, gap: 1, color: RGBColor(9, 9, 9))
        #expect(grid.width == 11 && grid.height == 7)
        #expect(grid[1, 1] == .black && grid[6, 2] == .white && grid[4, 5] == RGBColor(1, 2, 3))
        #expect(grid[5, 1] == RGBColor(9, 9, 9) && grid[6, 5] == RGBColor(9, 9, 9))
        #expect(RGBImage.grid([], columns: 3).pixels.isEmpty)
    }

    @Test func `what lies outside is cut off`() {
        var image = RGBImage(width: 4, height: 4)
        let white = RGBImage(width: 3, height: 3, color: .white)
        image.draw(white, x: -2, y: 3)
        image.draw(white, x: 9, y: 0)
        image.draw(white, x: -9, y: 0)
        #expect(image.pixels.count { $0 == 255 } == 3)
        #expect(image[0, 3] == .white && image[1, 3] == .black)
    }

    @Test func `numbers are clamped and rounded`() {
        let image = RGBImage(width: 2, height: 1, unitValues: [-1, 0.5, 1, 7, .nan, 0.001])
        #expect(image.pixels == [0, 128, 255, 255, 0, 0])
    }

    @Test func `a caption adds a line above`() {
        let captioned = gradient.scaled(by: 20).captioned("epoch 3 \u{0}\n")
        #expect(captioned.height == 60 + 19 && captioned.width == 100)
        #expect(captioned[0, 19] == gradient[0, 0])
    }

    @Test func `a plot of nothing, of one point and of values that are not finite is drawn`() {
        let odd: [[LinePlot.Point]] = [
            [], [LinePlot.Point(x: 1, y: 2)],
            [
                LinePlot.Point(x: 0, y: .nan), LinePlot.Point(x: .infinity, y: 1),
                LinePlot.Point(x: 1, y: 3, deviation: .infinity), LinePlot.Point(x: 2, y: -1e300),
            ],
        ]
        for points in odd {
            let plot = LinePlot(
                title: "t", xLabel: "x", yLabel: "y",
                series: [LinePlot.Series(name: "a", points: points)],
                references: [LinePlot.Reference(name: "r", y: .nan)])
            let image = plot.image(width: 300, height: 200)
            #expect(image.width == 300 && Set(image.pixels).count > 1)
        }
    }

    @Test func `a curve is where its values are`() {
        let color = RGBColor(255, 0, 0)
        let points = [LinePlot.Point(x: 0, y: 0), LinePlot.Point(x: 1, y: 1)]
        let plot = LinePlot(
            title: "", xLabel: "", yLabel: "",
            series: [LinePlot.Series(name: "", points: points, color: color)])
        let image = plot.image(width: 400, height: 300)
        let red = (100..<400).filter { x in (85..<234).contains { image[x, $0] == color } }
        let upper = (85..<100).contains { y in (300..<400).contains { image[$0, y] == color } }
        let lower = (85..<100).contains { y in (0..<200).contains { image[$0, y] == color } }
        #expect(red.count > 200 && upper && !lower)
    }
}
