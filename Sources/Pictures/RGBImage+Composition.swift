// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Putting pictures together.
extension RGBImage {
    /// Copies a picture to column x and row y of this one; what lies outside is cut off.
    public mutating func draw(_ image: RGBImage, x: Int, y: Int) {
        let columns = max(0, -x)..<max(max(0, -x), min(image.width, width - x))
        guard !columns.isEmpty else { return }
        for row in 0..<image.height where y + row >= 0 && y + row < height {
            let target = ((y + row) * width + x + columns.lowerBound) * 3
            let source = (row * image.width + columns.lowerBound) * 3
            let count = columns.count * 3
            pixels.replaceSubrange(
                target..<target + count, with: image.pixels[source..<source + count])
        }
    }

    /// The picture with each pixel made a square of `factor` pixels a side, at least 1.
    public func scaled(by factor: Int) -> RGBImage {
        precondition(factor >= 1, "pictures are not scaled by \(factor)")
        if factor == 1 { return self }
        var scaled: [UInt8] = []
        scaled.reserveCapacity(pixels.count * factor * factor)
        for row in 0..<height {
            let start = scaled.count
            for column in 0..<width {
                let pixel = (row * width + column) * 3
                for _ in 0..<factor {
                    scaled.append(pixels[pixel])
                    scaled.append(pixels[pixel + 1])
                    scaled.append(pixels[pixel + 2])
                }
            }
            let line = scaled[start...]
            for _ in 1..<factor { scaled.append(contentsOf: Array(line)) }
        }
        return RGBImage(width: width * factor, height: height * factor, pixels: scaled)
    }

    /// Lays pictures in rows of so many columns, with gaps between and around them.
    ///
    /// The largest picture gives the size of a cell; without pictures the result has no pixels.
    public static func grid(
        _ tiles: [RGBImage], columns: Int, gap: Int = 2, color: RGBColor = .gap
    ) -> RGBImage {
        precondition(columns >= 1 && gap >= 0, "a grid of \(columns) columns, gap \(gap)")
        guard let cellWidth = tiles.map(\.width).max(), let cellHeight = tiles.map(\.height).max()
        else { return RGBImage(width: 0, height: 0) }
        let across = min(columns, tiles.count)
        let down = (tiles.count + columns - 1) / columns
        var result = RGBImage(
            width: across * (cellWidth + gap) + gap, height: down * (cellHeight + gap) + gap,
            color: color)
        for (index, tile) in tiles.enumerated() {
            result.draw(
                tile, x: gap + index % columns * (cellWidth + gap),
                y: gap + index / columns * (cellHeight + gap))
        }
        return result
    }

    /// The picture with a line of text above it, `size` pixels high; what is too long is cut off.
    public func captioned(
        _ text: String, size: Int = 13, color: RGBColor = .white, background: RGBColor = .gap
    ) -> RGBImage {
        let lineHeight = size * 3 / 2
        let canvas = Canvas(width: width, height: lineHeight, background: background)
        canvas.text(
            text, x: Double(size) / 3, y: Double(lineHeight) / 2, size: Double(size), color: color,
            anchor: .left)
        var result = RGBImage(width: width, height: height + lineHeight)
        result.draw(canvas.image(), x: 0, y: 0)
        result.draw(self, x: 0, y: lineHeight)
        return result
    }
}
