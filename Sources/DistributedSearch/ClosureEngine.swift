// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Objectives

/// Evaluates one candidate after the other, as a worker's engine.
///
/// Its steps are short, however long an evaluation takes: an engine that makes none is taken for one that
/// hangs.
final class ClosureEngine: EpisodeEngine {
    private struct Pending {
        var ticket: UInt64
        var episode: Episode
    }

    /// How long a step waits for a cost; seconds.
    private static let patience = 0.1

    private let settings: ObjectiveSettings
    private let thread: EvaluationThread
    private var pending: Pending?
    private var finished: [FinishedEpisode] = []

    init(_ settings: ObjectiveSettings, _ objective: @escaping Objective) {
        self.settings = settings
        thread = EvaluationThread(objective)
    }

    var freeSlots: Int { pending == nil ? 1 : 0 }

    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        precondition(pending == nil, "two evaluations for one thread")
        thread.begin(try settings.evaluation(episode, parameters))
        pending = Pending(ticket: ticket, episode: episode)
    }

    func step() throws {
        guard let task = pending, let told = thread.outcome(within: Self.patience) else { return }
        pending = nil
        finished.append(
            FinishedEpisode(
                ticket: task.ticket, episode: task.episode,
                outcome: told.map(settings.outcome).mapError {
                    EpisodeFailure("the objective failed: \($0)")
                }))
    }

    func takeFinished() -> [FinishedEpisode] {
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
    }
}

extension ObjectiveSettings {
    /// An evaluation whose parameters came as words.
    ///
    /// - Throws: `EpisodeFailure` for another number of variables.
    func evaluation(_ episode: Episode, _ words: [Float]) throws -> Evaluation {
        guard let numbers = precision.numbers(words), numbers.count == dimension else {
            throw EpisodeFailure(
                "\(words.count) words of parameters, where the objective has \(dimension) variables "
                    + "in \(precision.rawValue)")
        }
        return Evaluation(episode, numbers)
    }

    /// What a cost counts as.
    func outcome(_ cost: Double) -> EpisodeOutcome {
        // Where the run maximises, a program's closure still gives a cost.
        EpisodeOutcome(ObjectiveAnswer(.cost, cost.isFinite ? cost : nil))
    }
}
