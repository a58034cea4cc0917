// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// How many tracks a candidate drives in each generation.
///
/// Few tracks make many generations of the same work, but late in a run their noise hides what is
/// left to gain; so the number may rise. Written "4", or "4,8@50,16@100": 4 from the first
/// generation, 8 from generation 50, 16 from generation 100.
package struct SampleSchedule: Sendable, Hashable, CustomStringConvertible {
    private struct Stage: Hashable {
        var generation: Int
        var tracks: Int
    }

    private let stages: [Stage]

    /// Reads a schedule; gives nil where the text is none.
    ///
    /// - Parameter text: The written form.
    package init?(_ text: String) {
        var stages: [Stage] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: "@", omittingEmptySubsequences: false)
                .map { Int($0.filter { !$0.isWhitespace }) }
            let stage: Stage
            switch (stages.last, numbers.count) {
            case (nil, 1):
                guard let tracks = numbers[0] else { return nil }
                stage = Stage(generation: 1, tracks: tracks)
            case (let last?, 2):
                guard let tracks = numbers[0], let generation = numbers[1],
                    generation > last.generation
                else { return nil }
                stage = Stage(generation: generation, tracks: tracks)
            default:
                return nil
            }
            guard (1...65_536).contains(stage.tracks) else { return nil }
            stages.append(stage)
        }
        guard !stages.isEmpty else { return nil }
        self.stages = stages
    }

    /// The tracks a candidate of a generation.
    ///
    /// - Parameter generation: The generation, from 1.
    /// - Returns: How many tracks.
    package func tracks(generation: Int) -> Int {
        stages.last { $0.generation <= generation }?.tracks ?? stages[0].tracks
    }

    package var description: String {
        stages.enumerated().map { index, stage in
            index == 0 ? "\(stage.tracks)" : "\(stage.tracks)@\(stage.generation)"
        }.joined(separator: ",")
    }
}
