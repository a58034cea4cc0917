// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Pictures

/// What each candidate of a generation got on each track, as a picture: a row a candidate, the best
/// above, a column a track, the hardest at the left; from dark (no better than -100) to bright (1,000).
///
/// What a race left out is as grey as what was set aside.
struct HeatMap {
    private static let cell = 8
    private static let range = -100.0...1000.0
    /// From dark to bright, for all kinds of sight; what was set aside is grey.
    private static let colors: [RGBColor] = [
        RGBColor(68, 1, 84), RGBColor(59, 82, 139), RGBColor(33, 145, 140), RGBColor(94, 201, 98),
        RGBColor(253, 231, 37),
    ]
    private static let none = RGBColor(128, 128, 128)

    let image: RGBImage

    /// A picture of a whole generation; nil where a candidate has not driven the first track.
    init?(_ rollouts: [EpisodeResult]) {
        let candidates = (rollouts.map(\.name.candidate).max() ?? -1) + 1
        let tracks = (rollouts.map(\.name.repetition).max() ?? -1) + 1
        guard candidates > 0, tracks > 0,
            rollouts.count(where: { $0.name.repetition == 0 }) == candidates,
            candidates * Self.cell <= 8192, tracks * Self.cell <= 8192
        else { return nil }
        var returns = [[Double?]](
            repeating: [Double?](repeating: nil, count: tracks), count: candidates)
        for rollout in rollouts {
            returns[rollout.name.candidate][rollout.name.repetition] =
                rollout.outcome.episodeReturn
        }
        let rows = Self.order(returns).reversed()
        let columns = Self.order((0..<tracks).map { track in returns.map { $0[track] } })
        let pixels = rows.flatMap { row in
            columns.flatMap { column in
                let color = Self.color(returns[row][column] ?? .nan)
                return [color.red, color.green, color.blue]
            }
        }
        image = RGBImage(width: tracks, height: candidates, pixels: pixels)
            .scaled(by: Self.cell)
    }

    /// Places from the least mean to the greatest; one that is no number counts as the least.
    private static func order(_ lists: [[Double?]]) -> [Int] {
        let means = lists.map { list in
            let mean = list.reduce(0) { $0 + ($1 ?? 0) } / Double(list.count { $0 != nil })
            return mean.isNaN ? -Double.infinity : mean
        }
        return means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
    }

    private static func color(_ value: Double) -> RGBColor {
        guard value.isFinite else { return none }
        let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        let place = min(max(share, 0), 1) * Double(colors.count - 1)
        let index = min(Int(place), colors.count - 2)
        let (low, high, part) = (colors[index], colors[index + 1], place - Double(index))
        func mix(_ one: UInt8, _ other: UInt8) -> UInt8 {
            UInt8((Double(one) * (1 - part) + Double(other) * part).rounded())
        }
        return RGBColor(
            mix(low.red, high.red), mix(low.green, high.green), mix(low.blue, high.blue))
    }
}
