// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RolloutWorker
import Rollouts

/// A real engine that a test's gate holds back.
///
/// However fast the machine is, a gated worker has what it was given still in hand when the test does
/// the next thing.
final class GatedEngine: EpisodeEngine {
    private let wrapped: any EpisodeEngine
    private let gate: Gate

    private init(_ wrapped: any EpisodeEngine, gate: Gate) {
        self.wrapped = wrapped
        self.gate = gate
    }

    /// Engines that drive, behind a gate.
    static func driving(behind gate: Gate) -> EngineFactory {
        { models, work in
            let make = try CarRacingWork.engines(models: models, work: work)
            return { GatedEngine(try make($0), gate: gate) }
        }
    }

    var freeSlots: Int { wrapped.freeSlots }

    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        try wrapped.submit(episode, parameters: parameters, ticket: ticket)
    }

    func step() throws {
        guard gate.lets else {
            // An engine's step takes time; a gated one must not spin.
            return Thread.sleep(forTimeInterval: 0.001)
        }
        try wrapped.step()
    }

    func takeFinished() -> [FinishedEpisode] { wrapped.takeFinished() }
}
