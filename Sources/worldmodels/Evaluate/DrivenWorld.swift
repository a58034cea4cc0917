// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
import WorldModelTraining

/// A car on a track.
struct DrivenWorld: DreamWorld {
    private let environment: VectorEnvironment
    private let actions: ActionSpace

    init(
        trackSeed: UInt64, antialiasing: Antialiasing, domainRandomize: Bool = false,
        actions: ActionSpace = .continuous, library: DrawingLibrary = .osmesa
    ) throws {
        self.actions = actions
        environment = try VectorEnvironment(
            count: 1, observationSize: .px64,
            rules: Rules(timeLimit: nil, domainRandomize: domainRandomize),
            antialiasing: antialiasing, context: library)
        environment.reset(0, trackSeed: trackSeed)
    }

    func frame() throws -> [UInt8] {
        try environment.draw(0)
        return Array(environment.observation(0))
    }

    func step(_ action: [Double]) throws -> Bool {
        let controls = Action(steering: action[0], gas: action[1], brake: action[2])
        let exact =
            actions == .discrete
            ? DiscreteAction(single: controls.single).map { Action($0) } : nil
        let result = try environment.step(0, exact ?? controls)
        return !result.terminated
    }
}
