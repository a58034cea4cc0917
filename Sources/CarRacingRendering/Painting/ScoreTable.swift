// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The score's characters, as they look after scaling down, for every place they can stand.
///
/// The reference prints `f"{reward:04.0f}"` in white, 42 pixels high, around (60, 750) of its
/// window. The shapes here are drawn from strokes of our own, in that size.
struct ScoreTable {
    private let width: Int
    private let barHeight: Int
    /// For each layout and place in it: where the character's patch begins.
    private var patches: [Patch] = []
    private var levels: [UInt8] = []
    private var firstPatch: [Int] = []

    private struct Patch {
        var column: Int
        var row: Int
        var width: Int
        var height: Int
        /// The first level of the character 0; the others follow.
        var start: Int
    }

    private static let minus = 10
    private static let characters = 11
    private static let digitWidth = 23
    /// The distance of two digits; the reference's font varies it by a pixel.
    private static let advance: Float = 24
    private static let cellHeight = 46
    /// The cell's top, window pixels below the bar's top.
    private static let cellTop = 27

    /// How a text is laid out around its middle: window columns of the sign and the first digit.
    private static let layouts: [(sign: Float?, first: Float, digits: Int)] = [
        (nil, 13, 4), (18.5, 31.5, 3), (7, 20, 4),
    ]

    init(width: Int, barHeight: Int) {
        self.width = width
        self.barHeight = barHeight
        let masks = (0..<Self.characters).map(Self.mask)
        let stepX = Window.width / Float(width)
        let stepY = Window.barHeight / Float(barHeight)
        for layout in Self.layouts {
            firstPatch.append(patches.count)
            let digits = (0..<layout.digits).map { layout.first + Float($0) * Self.advance }
            for x in (layout.sign.map { [$0] } ?? []) + digits {
                let column = Int(x / stepX)
                let row = Int(Float(Self.cellTop) / stepY)
                let patch = Patch(
                    column: column, row: row,
                    width: Int(((x + Float(Self.digitWidth)) / stepX).rounded(.up)) - column,
                    height: Int((Float(Self.cellTop + Self.cellHeight) / stepY).rounded(.up)) - row,
                    start: levels.count)
                patches.append(patch)
                for mask in masks {
                    levels += Self.scaled(mask, x: x, patch, stepX: stepX, stepY: stepY)
                }
            }
        }
    }

    /// Adds a score to the bar, 4 bytes a pixel.
    func draw(_ score: Double, into pixels: UnsafeMutablePointer<UInt8>) {
        // Python prints -0.4 as -000 and rounds halves to even.
        let whole = abs(score.rounded(.toNearestOrEven))
        let layout = score.sign == .plus ? 0 : (whole < 1000 ? 1 : 2)
        let digits = Self.layouts[layout].digits
        var place = firstPatch[layout]
        if Self.layouts[layout].sign != nil {
            add(Self.minus, patches[place], pixels)
            place += 1
        }
        // More digits than there is room for are shown as nines.
        var rest = Int(min(whole, 9999))
        var divisor = digits == 4 ? 1000 : 100
        for index in 0..<digits {
            add(rest / divisor, patches[place + index], pixels)
            rest %= divisor
            divisor /= 10
        }
    }

    private func add(_ character: Int, _ patch: Patch, _ pixels: UnsafeMutablePointer<UInt8>) {
        let start = patch.start + character * patch.width * patch.height
        levels.withUnsafeBufferPointer { levels in
            for row in 0..<min(patch.height, barHeight - patch.row) {
                for column in 0..<patch.width {
                    let level = levels[start + row * patch.width + column]
                    let pixel = pixels + 4 * ((patch.row + row) * width + patch.column + column)
                    for channel in 0..<3 {
                        pixel[channel] = UInt8(min(253, Int(pixel[channel]) + Int(level)))
                    }
                }
            }
        }
    }

    /// A character's mask averaged over the pixels of its patch.
    private static func scaled(
        _ mask: [Float], x: Float, _ patch: Patch, stepX: Float, stepY: Float
    ) -> [UInt8] {
        var sums = [Float](repeating: 0, count: patch.width * patch.height)
        for row in 0..<cellHeight {
            for column in 0..<digitWidth where mask[row * digitWidth + column] > 0 {
                let left = (x + Float(column)) / stepX - Float(patch.column)
                let top = Float(cellTop + row) / stepY - Float(patch.row)
                let (right, bottom) = (left + 1 / stepX, top + 1 / stepY)
                for targetRow in Int(top)...min(Int(bottom), patch.height - 1) {
                    let tall = min(bottom, Float(targetRow + 1)) - max(top, Float(targetRow))
                    for targetColumn in Int(left)...min(Int(right), patch.width - 1) {
                        let wide =
                            min(right, Float(targetColumn + 1)) - max(left, Float(targetColumn))
                        sums[targetRow * patch.width + targetColumn] +=
                            max(0, tall) * max(0, wide) * mask[row * digitWidth + column]
                    }
                }
            }
        }
        return sums.map { UInt8(max(0, min(253, $0 * 255 - 1))) }
    }

    /// A character in its cell of 46 x 23 window pixels: the covered share of each.
    private static func mask(_ character: Int) -> [Float] {
        let strokes = ScoreStrokes.strokes(of: character)
        var mask = [Float](repeating: 0, count: cellHeight * digitWidth)
        for row in 0..<cellHeight {
            for column in 0..<digitWidth {
                let point = SIMD2(Float(column) + 1, 18.5 + (Float(row) - 18) / 1.06)
                let distance = strokes.map { $0.distance(to: point) }.min() ?? .infinity
                mask[row * digitWidth + column] = max(0, min(1, 0.5 - distance))
            }
        }
        return mask
    }
}
