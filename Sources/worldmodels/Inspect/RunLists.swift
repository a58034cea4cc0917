// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunReports
import RunStore
import Search
import TerminalOutput

/// The lists of rollouts and of tracks that inspect prints.
struct RunLists {
    /// In which form.
    enum Form {
        case text
        case csv
        case json
    }

    let reader: RunReader
    let form: Form
    /// Those of one generation; nil: of all.
    let generation: Int?
    /// Those of one purpose; nil: of all.
    let purpose: Purpose?
    /// For people, whether everything is listed.
    let all: Bool

    /// Prints the rollouts in the order of their names, those of a generation at a time: all of a
    /// run's would not fit into memory.
    func printRollouts() throws {
        let isObjective = try reader.settings().contains { $0.name == ObjectiveRun.kind }
        let columns = isObjective ? RunColumns.evaluations : RunColumns.rollouts
        if form == .csv, !write(ReportColumn<EpisodeResult>.csvHeader(columns)) { return }
        for purpose in [Purpose.training, .evaluation] where self.purpose ?? purpose == purpose {
            var generations = try reader.generations(of: purpose)
            if let generation { generations = generations.filter { $0 == generation } }
            if form == .text, !all, let last = generations.last {
                if generations.count > 1 {
                    _ = write("\(purpose.rawValue), generation \(last) alone (--all lists all)\n")
                }
                generations = [last]
            }
            for generation in generations {
                let rollouts = try reader.rollouts(generation: generation, purpose: purpose)
                let text =
                    switch form {
                    case .csv: ReportColumn.csv(rollouts, columns)
                    case .json: try ReportColumn.json(rollouts, columns)
                    case .text: ReportColumn.table(rollouts, columns).text + "\n\n"
                    }
                guard write(text) else { return }
            }
        }
    }

    /// Prints the tracks, the hardest first.
    func printTracks() throws {
        let columns = RunColumns.tracks
        let tracks = try reader.tracks(purpose: purpose, generation: generation)
        switch form {
        case .csv:
            _ = write(
                ReportColumn<TrackSummary>.csvHeader(columns) + ReportColumn.csv(tracks, columns))
        case .json: _ = write(try ReportColumn.json(tracks, columns))
        case .text:
            let shown = tracks.prefix(all ? tracks.count : 30)
            _ = write(ReportColumn.table(shown, columns).text + "\n")
            if shown.count < tracks.count {
                _ = write(
                    "... and \(tracks.count - shown.count) easier tracks (--all lists them)\n")
            }
        }
    }

    /// Whether somebody still reads.
    private func write(_ text: String) -> Bool { Terminal.standardOutput.write(text) }
}
