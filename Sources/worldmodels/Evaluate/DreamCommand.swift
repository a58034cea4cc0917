// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacing
import CarRacingRendering
import Foundation
import Rollouts
import TerminalOutput
import WorldModel
import WorldModelTraining

/// Makes a film of what M imagines.
struct DreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dream",
        abstract: "Film what V and M imagine beside what happens.",
        discussion: """
            The first frames of an episode are shown to M; from then on M imagines them. The \
            episode is a drive on the track of --seed by the run's controller, which sees the \
            dream as soon as that has begun, or by the actions of a file; or a recorded rollout \
            with its actions. From the left: what really happens under the same actions, what V \
            makes of it, the dream. After the real episode's end its last frame stays.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: .init("The film to write: .webm or .gif.", valueName: "file"))
    var output: String

    @Option(
        help: .init(
            "A .npy of actions (T, 3), steering, gas, brake, instead of the run's controller.",
            valueName: "file"))
    var actions: String?

    @Option(help: .init("A recorded rollout (.npz) instead of a drive.", valueName: "file"))
    var recording: String?

    @Option(
        help: .init(
            "How freely M draws: 1 as trained, lower is tamer, 0 has no chance in it.",
            valueName: "factor"))
    var temperature = 1.0

    @Option(help: "Root of all random draws, and the track's seed.")
    var seed: UInt64 = 1

    @Option(help: .init("Steps to imagine.", valueName: "count"))
    var steps = 200

    @Option(
        help: .init(
            "The step at which the dream starts; until 50 the view still zooms in.",
            valueName: "step"))
    var start = 60

    @Option(help: .init("By how much the pictures are enlarged.", valueName: "factor"))
    var scale = 3

    @OptionGroup var controller: ControllerFormOptions

    @Option(
        help: .init(
            "Give the track colours of its own, as Gymnasium's domain_randomize does: off or on "
                + "(default: as in the run).",
            valueName: "switch"))
    var domainRandomize: Switch?

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        try requireFilmEnding(output, option: "--output")
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature must not be negative.")
        }
        guard (1...100_000).contains(steps), (0...100_000).contains(start) else {
            throw ValidationError("--steps must be 1 to 100000 and --start 0 to 100000.")
        }
        guard (1...16).contains(scale) else { throw ValidationError("--scale must be 1 to 16.") }
        guard actions == nil || recording == nil else {
            throw ValidationError("--recording has actions of its own: leave out --actions.")
        }
    }

    func run() throws {
        var settings = Dream.Configuration(
            logdir: URL(filePath: logdir), output: URL(filePath: output))
        settings.temperature = temperature
        settings.seed = seed
        settings.steps = steps
        settings.start = start
        settings.scale = scale
        let dream = Dream(settings)
        let summary: Dream.Summary
        var form = ""
        if let recording {
            let world = RecordedWorld(
                try RolloutFile(contentsOf: URL(filePath: recording)), name: recording)
            summary = try dream.run(world: world, driver: world.driver)
        } else {
            let (driver, isRandomized) = try driver()
            var actions = ActionSpace.continuous
            if case .controller(let controller) = driver {
                form = " (\(controller.formText))"
                actions = controller.mapping.actions
            }
            summary = try dream.run(
                world: DrivenWorld(
                    trackSeed: seed, antialiasing: drawing.antialiasing ?? .off,
                    domainRandomize: domainRandomize?.isOn ?? isRandomized, actions: actions,
                    library: drawing.gl),
                driver: driver)
        }
        printSummary(
            of: output,
            "\(output): \(summary.steps) frames, \(summary.realSteps) of them beside real ones, "
                + "mean distance of the latents " + String(format: "%.3f", summary.latentDistance)
                + ", expected return " + String(format: "%.1f", summary.expectedReturn)
                + ", \(summary.expectedEnds) expected ends" + form)
    }

    /// Who drives where nothing was recorded, and whether on tracks with colours of their own.
    private func driver() throws -> (Dream.Driver, isRandomized: Bool) {
        if let actions {
            return (.actions(try ActionFile.read(actions), size: 3, name: actions), false)
        }
        let files = try AgentFiles(logdir, form: controller.form)
        guard let controller = files.controller else {
            throw InputError(
                "\(logdir)/controller.safetensors is missing: train C first (worldmodels "
                    + "coordinator), or give --actions or --recording")
        }
        return (.controller(controller), try files.domainRandomize)
    }
}

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
