// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Scales square RGB frames to another side with a triangle filter, widened when shrinking.
///
/// That is what Pillow's bilinear resize does, with which the original makes 64x64 of 96x96: each
/// output pixel is the weighted mean of the inputs within one output pixel's distance.
struct FrameResizer {
    /// The inputs' share in one output coordinate.
    private struct Tap {
        let first: Int
        let weights: [Float]
    }

    private let from: Int
    private let to: Int
    private let taps: [Tap]

    /// Prepares to scale frames of one side to another.
    init(from: Int, to: Int) {
        self.from = from
        self.to = to
        let scale = Double(from) / Double(to)
        let support = max(1, scale)
        taps = (0..<to).map { target in
            let center = (Double(target) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let end = min(from, Int(center + support + 0.5))
            let raw = (first..<end).map { source in
                max(0, 1 - abs(Double(source) + 0.5 - center) / support)
            }
            let sum = raw.reduce(0, +)
            return Tap(first: first, weights: raw.map { Float($0 / sum) })
        }
    }

    /// Scales (count, from, from, 3) bytes to (count, to, to, 3).
    func resize(_ frames: [UInt8]) -> [UInt8] {
        if from == to { return frames }
        let count = frames.count / (from * from * 3)
        var result: [UInt8] = []
        result.reserveCapacity(count * to * to * 3)
        var rows = [Float](repeating: 0, count: from * to * 3)
        for frame in 0..<count {
            let base = frame * from * from * 3
            for y in 0..<from {
                for x in 0..<to {
                    for channel in 0..<3 {
                        var sum: Float = 0
                        for (offset, weight) in taps[x].weights.enumerated() {
                            let index = base + (y * from + taps[x].first + offset) * 3 + channel
                            sum += weight * Float(frames[index])
                        }
                        rows[(y * to + x) * 3 + channel] = sum.rounded()
                    }
                }
            }
            for y in 0..<to {
                for column in 0..<(to * 3) {
                    var sum: Float = 0
                    for (offset, weight) in taps[y].weights.enumerated() {
                        sum += weight * rows[(taps[y].first + offset) * to * 3 + column]
                    }
                    result.append(UInt8(min(255, max(0, sum.rounded()))))
                }
            }
        }
        return result
    }
}
