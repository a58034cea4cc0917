// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import Foundation
package import RunStore

/// The columns of what is listed of a run; seeds are written as the program takes them, as texts, for
/// readers of JSON keep 53 bits.
package enum RunColumns {
    /// Those of a list of an objective's evaluations: with the numbers that it told.
    package static var evaluations: [ReportColumn<EpisodeResult>] {
        rollouts + [
            ReportColumn("info", isNumeric: false) {
                $0.outcome.info.isEmpty ? nil : NamedNumbers(numbers: $0.outcome.info)
            }
        ]
    }

    /// Those of a list of rollouts.
    package static var rollouts: [ReportColumn<EpisodeResult>] {
        typealias Column = ReportColumn<EpisodeResult>
        return [
            Column("purpose", isNumeric: false) { $0.name.purpose.rawValue },
            Column("generation") { $0.name.generation },
            Column("candidate") { $0.name.candidate },
            Column("repetition") { $0.name.repetition },
            Column("track") { "\($0.episode.trackSeed)" },
            Column("return") { $0.outcome.episodeReturn },
            Column("steps") { $0.outcome.steps },
            Column("tiles_visited") { $0.outcome.tilesVisited },
            Column("track_tiles") { $0.outcome.trackTiles },
            Column("end", isNumeric: false) { $0.outcome.end.rawValue },
            Column("worker", isNumeric: false) { $0.driver.name },
            Column("core") { $0.driver.core },
            Column("party", isNumeric: false) { $0.driver.party },
            Column("confirmed", isNumeric: false) { $0.isConfirmed },
            Column("seconds", decimals: 2) { $0.seconds },
            Column("core_seconds", decimals: 3) { $0.coreSeconds },
            Column("dream_temperature", decimals: 2) { $0.episode.dreamTemperature },
        ]
    }

    /// Those of a list of tracks.
    package static var tracks: [ReportColumn<TrackSummary>] {
        typealias Column = ReportColumn<TrackSummary>
        let ends: [(String, EpisodeEnd)] = [
            ("laps_completed", .lapCompleted), ("left_playfield", .leftPlayfield),
            ("time_limit", .timeLimit), ("no_new_tile", .noNewTile), ("step_cap", .stepCap),
            ("action_not_finite", .actionNotFinite), ("set_aside", .setAside),
            ("behind_pace", .behindPace),
        ]
        return [
            Column("track") { "\($0.seed)" },
            Column("purpose", isNumeric: false) { $0.purpose.rawValue },
            Column("rollouts") { $0.rollouts },
            Column("mean") { $0.mean },
            Column("standard_deviation") { $0.standardDeviation },
            Column("worst") { $0.worst },
            Column("best") { $0.best },
        ] + ends.map { name, end in Column(name) { $0.ends[end] ?? 0 } }
    }
}

/// Numbers by name: an object in JSON, and its text elsewhere.
private struct NamedNumbers: Encodable, CustomStringConvertible {
    var numbers: [String: Double]

    func encode(to encoder: any Encoder) throws { try numbers.encode(to: encoder) }

    var description: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(numbers)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
