// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Objectives

/// Evaluates one candidate after the other on its thread, as a worker's engine.
final class ClosureEngine: EpisodeEngine {
    private struct Pending {
        var ticket: UInt64
        var episode: Episode
        var evaluation: Evaluation
    }

    private let settings: ObjectiveSettings
    private let objective: Objective
    private var pending: Pending?
    private var finished: [FinishedEpisode] = []

    init(_ settings: ObjectiveSettings, _ objective: @escaping Objective) {
        self.settings = settings
        self.objective = objective
    }

    var freeSlots: Int { pending == nil ? 1 : 0 }

    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        precondition(pending == nil, "two evaluations for one thread")
        pending = Pending(
            ticket: ticket, episode: episode,
            evaluation: try settings.evaluation(episode, parameters))
    }

    func step() throws {
        guard let next = pending else { return }
        pending = nil
        let outcome: Result<EpisodeOutcome, EpisodeFailure>
        do {
            outcome = .success(settings.outcome(try objective(next.evaluation)))
        } catch {
            outcome = .failure(EpisodeFailure("the objective failed: \(error)"))
        }
        finished.append(
            FinishedEpisode(ticket: next.ticket, episode: next.episode, outcome: outcome))
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
