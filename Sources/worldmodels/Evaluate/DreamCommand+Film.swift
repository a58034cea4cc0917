// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import CarRacingRendering
import Foundation
import Rollouts
import RunStore
import Runs
import TerminalOutput
import WorldModel
import WorldModelTraining

extension DreamCommand {
    /// What `--json` prints of a film.
    private struct Report: Encodable {
        struct Drive: Encodable {
            var trackSeed: UInt64
            var side: DreamFilm.Side

            private enum CodingKeys: CodingKey { case trackSeed }

            func encode(to encoder: any Swift.Encoder) throws {
                try side.encode(to: encoder)
                var values = encoder.container(keyedBy: CodingKeys.self)
                try values.encode("\(trackSeed)", forKey: .trackSeed)
            }
        }

        var output: String
        var frames: Int
        var seed: String
        var temperature: Double
        var start: Int
        /// Whether M has learnt its reward and end, without which no return is predicted.
        var predictsReturn: Bool
        /// The episode in the dream; its return is M's.
        var dream: DreamFilm.Side?
        /// The drive outside.
        var drive: Drive?
        /// Of a film with three pictures: how many frames stand beside real ones, the mean distance of
        /// the latents, and what M expected where it has learnt that.
        var realFrames: Int?
        var latentDistance: Double?
        var expectedReturn: Double?
        var expectedEnds: Int?
    }

    /// Films, and says what came of it.
    func makeFilm() throws {
        guard let output else { preconditionFailure("a film without a file") }
        let directory = RunDirectory(path: logdir)
        let dreamer = try Dreamer(directory)
        if actions == nil, recording == nil, let dreamer {
            try filmEpisode(dreamer, to: output)
        } else {
            try filmPictures(to: output, predictsReturn: dreamer != nil)
        }
    }

    /// The episode in the dream, beside the drive.
    private func filmEpisode(_ dreamer: Dreamer, to output: String) throws {
        let files = try AgentFiles(logdir, form: controller.form, precision: nil)
        let controller = try requireController(of: files)
        var settings = DreamFilm.Configuration(output: URL(filePath: output))
        settings.temperature = temperature
        settings.seed = seed
        settings.steps = steps ?? settings.steps
        settings.scale = scale ?? settings.scale
        settings.frameEvery = frameEvery
        var outside: DreamFilm.Outside?
        if beside != false {
            outside = DreamFilm.Outside(
                trackSeed: trackSeed ?? seed, start: start ?? 0,
                settings: RolloutSettings(
                    of: controller, antialiasing: try drawing.antialiasing ?? files.antialiasing,
                    domainRandomize: try domainRandomize?.isOn ?? files.domainRandomize,
                    precision: files.models.encoder.precision),
                models: files.models, drawing: drawing.gl)
        }
        let summary = try DreamFilm(settings, of: dreamer, controller: controller)
            .make(beside: outside)
        let drive = summary.drive.flatMap { side in
            outside.map { Report.Drive(trackSeed: $0.trackSeed, side: side) }
        }
        let report = Report(
            output: output, frames: summary.frames, seed: "\(seed)", temperature: temperature,
            start: start ?? 0, predictsReturn: true, dream: summary.dream, drive: drive)
        func words(_ side: DreamFilm.Side) -> String {
            String(format: "%.1f", side.episodeReturn) + " in \(side.steps) steps"
                + " (\(side.end.words))"
        }
        try say(
            report,
            "\(output): \(summary.frames) frames; in the dream a predicted return of "
                + words(summary.dream)
                + (drive.map { "; outside, track \($0.trackSeed), \(words($0.side))" } ?? "")
                + "; \(controller.formText)")
    }

    /// What happens, what V makes of it, and what M imagines under the same actions.
    private func filmPictures(to output: String, predictsReturn: Bool) throws {
        var settings = Dream.Configuration(
            logdir: URL(filePath: logdir), output: URL(filePath: output))
        settings.temperature = temperature
        settings.seed = seed
        settings.steps = steps ?? settings.steps
        settings.start = start ?? settings.start
        settings.scale = scale ?? settings.scale
        let dream = Dream(settings)
        let summary: Dream.Summary
        var form = ""
        if let recording {
            let world = RecordedWorld(
                try RolloutFile(contentsOf: URL(filePath: recording)), name: recording)
            summary = try dream.run(world: world, driver: world.driver)
        } else {
            let (driver, isRandomized) = try driver()
            var space = ControllerMapping.paper.actions
            if case .controller(let controller) = driver {
                form = " (\(controller.formText))"
                space = controller.mapping.actions
            }
            summary = try dream.run(
                world: DrivenWorld(
                    trackSeed: trackSeed ?? seed, antialiasing: drawing.antialiasing ?? .off,
                    domainRandomize: domainRandomize?.isOn ?? isRandomized, actions: space,
                    library: drawing.gl),
                driver: driver)
        }
        let report = Report(
            output: output, frames: summary.steps, seed: "\(seed)", temperature: temperature,
            start: settings.start, predictsReturn: predictsReturn, realFrames: summary.realSteps,
            latentDistance: summary.latentDistance,
            expectedReturn: predictsReturn ? summary.expectedReturn : nil,
            expectedEnds: predictsReturn ? summary.expectedEnds : nil)
        try say(
            report,
            "\(output): \(summary.steps) frames, \(summary.realSteps) of them beside real ones, "
                + "mean distance of the latents " + String(format: "%.3f", summary.latentDistance)
                + (predictsReturn
                    ? ", expected return " + String(format: "%.1f", summary.expectedReturn)
                        + ", \(summary.expectedEnds) expected ends"
                    : "; no return is predicted, since M has not learnt its reward and end"
                        + " (train-mdrnn --include-reward)") + form)
    }

    private func say(_ report: Report, _ line: String) throws {
        printSummary(of: report.output, json ? try jsonText(of: report) : line)
    }

    /// Who drives where nothing was recorded, and whether on tracks with colours of their own.
    private func driver() throws -> (Dream.Driver, isRandomized: Bool) {
        if let actions {
            return (.actions(try ActionFile.read(actions), size: 3, name: actions), false)
        }
        let files = try AgentFiles(logdir, form: controller.form)
        return (.controller(try requireController(of: files)), try files.domainRandomize)
    }

    private func requireController(of files: AgentFiles) throws -> ControllerParameters {
        guard let controller = files.controller else {
            throw InputError(
                "\(logdir)/controller.safetensors is missing: train C first (worldmodels "
                    + "coordinator), or give --actions or --recording")
        }
        return controller
    }
}
