// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import Foundation
import RunReports
package import RunStore

/// A run as event files that TensorBoard shows, brought up to date as often as wanted.
///
/// The directory gets folders, which TensorBoard lists as runs: `search`, and `vae` and `mdrnn` where
/// those were trained, whose steps are epochs. What is there already is not written again: whoever
/// continues a run continues its curves, with an event that takes back whatever was written of steps
/// to come.
package final class TensorBoardExport {
    /// Why a directory cannot be taken.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// It has another run's events.
        case otherRun(path: String, found: String, run: String)
        /// It holds event files that this program did not write.
        case foreign(path: String)

        package var description: String {
            switch self {
            case .otherRun(let path, let found, let run):
                "\(path): has the events of run \(found), not of \(run)"
            case .foreign(let path): "\(path): has event files of another program"
            }
        }
    }

    private let run: RunDirectory
    private let directory: URL
    private let search: EventFile
    /// The last generation whose scalars are there, and the last one whose evaluation is.
    private var lastGeneration = 0
    private var lastEvaluation = 0
    private var models: [String: ModelCurves] = [:]

    /// Begins or continues an export.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - reader: Its database.
    ///   - directory: Where to; made where it is missing.
    ///   - now: The time.
    /// - Throws: `Failure`, `RunStoreError`, or what a file system says.
    package init(of run: RunDirectory, _ reader: RunReader, to directory: URL, now: Date) throws {
        self.run = run
        self.directory = directory
        let identity = try reader.requireIdentity(of: run)
        let folder = directory.appending(path: "search")
        let earlier = try EventFile.events(in: folder)
        if let first = earlier.compactMap(\.runName).first {
            guard first == identity.identifier else {
                throw Failure.otherRun(
                    path: directory.path, found: first, run: identity.identifier)
            }
        } else if earlier.contains(where: { !$0.summary.value.isEmpty }) {
            // This program's first numbers are those that name the run.
            throw Failure.foreign(path: folder.path)
        }
        let complete = try reader.lastGeneration()?.generation ?? 0
        for event in earlier {
            // Of a run that was restored from a copy of before, later events no longer count.
            guard event.step <= complete else { continue }
            for value in event.summary.value {
                switch value.tag {
                case EventTags.generation: lastGeneration = max(lastGeneration, Int(event.step))
                case EventTags.evaluation: lastEvaluation = max(lastEvaluation, Int(event.step))
                default: break
                }
            }
        }
        search = try EventFile(in: folder, time: now)
        try search.append([BoardEvent(startAt: lastGeneration + 1, now)])
        if earlier.compactMap(\.runName).isEmpty {
            try search.append(
                BoardEvent.hyperparameters(
                    try reader.settings(), run: identity.identifier, begun: identity.created))
        }
    }

    /// Writes what has come since the last call.
    ///
    /// - Parameters:
    ///   - reader: The run's database.
    ///   - now: The time.
    /// - Throws: `RunStoreError`, or what a file system says.
    package func update(from reader: RunReader, now: Date) throws {
        let generations = try RunReport.generations(of: reader)
        for row in generations {
            let generation = row.record.generation
            if generation > lastGeneration {
                let rollouts = try reader.rollouts(generation: generation, purpose: .training)
                let candidates = try reader.meanReturns(generation: generation)
                try search.append([BoardEvent(row, rollouts, candidates: candidates)])
                lastGeneration = generation
            }
            if generation > lastEvaluation, let evaluation = row.evaluation {
                let rollouts = try reader.rollouts(generation: generation, purpose: .evaluation)
                let training = try reader.rollouts(generation: generation, purpose: .training)
                try search.append(
                    [BoardEvent(evaluation: evaluation, of: row, rollouts, search: training)])
                lastEvaluation = generation
            }
        }
        try updateLosses(try reader.losses(), now: now)
    }

    private func updateLosses(_ losses: [LossRecord], now: Date) throws {
        for (model, losses) in Dictionary(grouping: losses, by: \.model) {
            let curves =
                try models[model]
                ?? ModelCurves(in: directory.appending(path: model)) { [run] epoch in
                    ["reconstructions", "samples"].compactMap { kind in
                        let number = String(format: "%04ld", epoch)
                        let name = "\(model)-\(kind)-\(number).png"
                        let file = run.url.appending(path: "pictures/\(name)")
                        return (try? Data(contentsOf: file)).map { (name: kind, file: $0) }
                    }
                }
            models[model] = curves
            try curves.update(losses, now: now)
        }
    }
}
