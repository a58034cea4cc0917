// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacingRendering
import Dashboard
import Foundation
import Rollouts
import RunStore
import WorldModel
import WorldModelTraining

/// Films the best controller of a run as `play` and `dream` do.
struct RunFilms: FilmMaker {
    let ending = "webm"

    func film(
        _ directory: RunDirectory, trackSeed: UInt64, kind: FilmKind, to file: URL
    ) throws {
        let files = try AgentFiles(directory.path, precision: nil)
        let controller = try files.requireController()
        let antialiasing = try files.antialiasing
        let domainRandomize = try files.domainRandomize
        switch kind {
        case .drive:
            try FilmSink.film(
                to: file, models: files.models, controller: controller, trackSeed: trackSeed,
                settings: RolloutSettings(
                    of: controller, antialiasing: antialiasing,
                    domainRandomize: domainRandomize,
                    precision: files.models.encoder.precision))
        case .dream:
            var settings = Dream.Configuration(logdir: directory.url, output: file)
            settings.steps = 300
            _ = try Dream(settings).run(
                world: DrivenWorld(
                    trackSeed: trackSeed, antialiasing: antialiasing,
                    domainRandomize: domainRandomize, actions: controller.mapping.actions),
                driver: .controller(controller))
        }
    }
}
