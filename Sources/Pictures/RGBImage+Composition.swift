// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Putting pictures together.
extension RGBImage {
    /// Copies a picture into this one; what lies outside is cut off.
    ///
    /// - Parameters:
    ///   - image: The picture to copy.
    ///   - x: Where its left column comes to lie.
    ///   - y: Where its top row comes to lie.
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

    /// The picture with each pixel made a square.
    ///
    /// - Parameter factor: The side of the square, at least 1.
    /// - Returns: A picture of `factor` times the width and height.
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

    /// Lays pictures in rows.
    ///
    /// - Parameters:
    ///   - tiles: The pictures in reading order; the largest gives the size of a cell.
    ///   - columns: How many lie in a row.
    ///   - gap: How many pixels lie between cells and around them.
    ///   - color: The colour of the gaps.
    /// - Returns: One picture; of no pixels if there are no tiles.
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

    /// The picture with a line of text above it.
    ///
    /// - Parameters:
    ///   - text: The text; what is too long is cut off.
    ///   - size: The font's size in pixels.
    ///   - color: The text's colour.
    ///   - background: The colour behind the text.
    /// - Returns: A picture that is higher by the line.
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
