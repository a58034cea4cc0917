// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import ClusterProtocol
import ClusterSessions
import ClusterTransport
import ArgumentParser
import CarRacingRendering
import Dashboard
import Foundation
import RolloutServer
import Rollouts
import RunStore
import Runs
import Search
import Synchronization
import TerminalOutput
import WorldModel

struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Drive a run with the workers that connect; continue it where it stopped.",
        discussion: """
            Everything is kept in the run's directory as it happens, so that the same command \
            continues a run that was stopped or killed. The first Ctrl-C stores what has arrived \
            and ends; a second one ends at once. The exit status is 0 when the run has reached its \
            end, 129, 130 or 143 (or --stopped-status) when it was told to stop.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @OptionGroup var serving: ServingOptions

    @Option(help: .init("End when an evaluation reaches this mean return.", valueName: "return"))
    var targetReturn: Double?

    @Option(
        help: .init(
            "The share of rollouts that two hosts drive, so that one with wrong results is found.",
            valueName: "share"))
    var checkedShare = 0.02

    /// What a contradiction does to a run that nobody can decide.
    enum Disagreement: String, ExpressibleByArgument, CaseIterable {
        case stop
        case `continue`
    }

    @Option(
        help: .init(
            "Where hosts give different results and no third one can decide, or complete generations "
                + "rest on results of a host found to be wrong: stop or continue.",
            valueName: "what"))
    var onDisagreement = Disagreement.stop

    @Flag(help: "Show the rollouts as they arrive, on one line.")
    var display = false

    @Flag(
        help: """
            Write event files for TensorBoard into the folder tensorboard of the run's directory.
            """)
    var tensorboard = false

    @Option(
        help: .init(
            "Train V and M on the rollouts of this directory where the run lacks them.",
            valueName: "dir"))
    var data: String?

    @Option(
        help: .init(
            "Epochs of V's training, those of earlier starts included.", valueName: "epochs"))
    var vaeEpochs = 10

    @Option(
        help: .init(
            "Epochs of M's training, those of earlier starts included.", valueName: "epochs"))
    var mdrnnEpochs = 10

    @Option(
        help: .init(
            "Length of z where --data trains V, 1 to 1024 (32).", valueName: "numbers"))
    var latentSize: Int?

    @Option(
        help: .init(
            "Length of h where --data trains M, 1 to 2048 (256).", valueName: "numbers"))
    var hiddenSize: Int?

    @Option(
        help: .init(
            "Gaussians that M mixes where --data trains it, 1 to 64 (5).", valueName: "count"))
    var mixtures: Int?

    @Flag(
        help: """
            Where the run has no mdrnn.safetensors, use a random M, which works nearly as well.
            """)
    var untrainedMemory = false

    @OptionGroup(title: "What defines the run")
    var options: RunOptions

    func validate() throws {
        if options.pretrained && data != nil {
            throw ValidationError("--pretrained brings V and M: leave --data out")
        }
        guard (0...1).contains(checkedShare) else {
            throw ValidationError("--checked-share \(checkedShare): from 0 to 1")
        }
        if data == nil, latentSize != nil || hiddenSize != nil || mixtures != nil {
            throw ValidationError(
                "--latent-size, --hidden-size and --mixtures go with --data; without it V and M are"
                    + " of the sizes that they were trained with")
        }
        try ModelSizeLimits.check(latent: latentSize, hidden: hiddenSize, mixtures: mixtures)
        if vaeEpochs < 0 { throw ValidationError("--vae-epochs \(vaeEpochs): not negative") }
        if mdrnnEpochs < 0 { throw ValidationError("--mdrnn-epochs \(mdrnnEpochs): not negative") }
        if let targetReturn, !targetReturn.isFinite {
            throw ValidationError("--target-return \(targetReturn): a number")
        }
    }

    func run() async throws {
        StopSignals.setStatus(serving.stopped.stoppedStatus)
        do {
            try await drive()
        } catch let error as StartingPoint.OtherModel {
            throw ValidationError(
                "\(error.path) is not the model of the agent that comes with the program: give"
                    + " --pretrained another --logdir")
        }
    }

    private var log: CommandLog { serving.logging.log("coordinator", on: .standardOutput) }

    private func drive() async throws {
        let profile = try options.profile()
        let directory = RunDirectory(path: logdir)
        var plan = RunPlan(
            directory, given: options.given, from: try options.startingPoint(of: directory))
        plan.profile = profile
        plan.training = data.map {
            ModelTraining(
                data: $0, visualEpochs: vaeEpochs, memoryEpochs: mdrnnEpochs,
                latentSize: latentSize, hiddenSize: hiddenSize, mixtures: mixtures)
        }
        plan.usesRandomMemory = untrainedMemory
        var limits = profile?.limits ?? RunLimits()
        if let generations = serving.generations { limits.generations = generations }
        if let targetReturn { limits.targetReturn = targetReturn }
        limits.goesOnInDoubt = onDisagreement == .continue
        if plan.training == nil {
            let run = try open(plan) { _ in }
            let server = try RolloutServer(serverConfiguration(run))
            defer { server.stop() }
            let announcement = try serving.announcement(of: server, run: run.identifier)
            let meter = RunMeter()
            let pages = try await serving.show(server, directory, meter, log: log)
            try await drive(run, from: plan, limits, server, announcement, meter)
            await pages.stop()
            return
        }
        // Training takes hours: who asks meanwhile is answered.
        let server = try RolloutServer(serverConfiguration(nil))
        defer { server.stop() }
        var announcement = try serving.announcement(of: server, run: nil)
        let meter = RunMeter()
        let pages = try await serving.show(server, directory, meter, log: log)
        let run = try train(plan, server, announcement)
        try server.serve(serverConfiguration(run).core)
        try announcement.name(run: run.identifier)
        try await drive(run, from: plan, limits, server, announcement, meter)
        await pages.stop()
    }

    private func drive(
        _ run: OpenRun, from plan: RunPlan, _ limits: RunLimits, _ server: RolloutServer,
        _ announcement: Announcement, _ meter: RunMeter
    ) async throws {
        if run.isNew, let controller = plan.startingPoint.controller {
            let used = run.settings.antialiasing.rawValue
            let own = plan.startingPoint.antialiasing?.rawValue ?? used
            log(
                .info, "start",
                "the search starts from \(plan.startingPoint.path): \(controller.formText), "
                    + "antialiasing \(used)\(used == own ? "" : ", where it has seen \(own)")")
        }
        try await CoordinatorRun(
            run: run, limits: limits, server: server, announcement: announcement, meter: meter,
            display: display, writesTensorBoard: tensorboard, log: log,
            stoppedStatus: serving.stopped.stoppedStatus
        ).run()
    }

    /// Begins or finds the run.
    private func open(
        _ plan: RunPlan, observe: @escaping (ModelTraining.Event) throws -> Void
    ) throws -> OpenRun {
        let log = log
        return try plan.open(
            holder: RunLock.thisProcess, program: WorldModels.fullVersion,
            observe: observe, waiting: { log(.warning, "database-busy", "\($0); waiting for it") })
    }

    /// Begins or finds the run, and trains V and M where it lacks them; a signal ends that.
    private func train(
        _ plan: RunPlan, _ server: RolloutServer, _ announcement: Announcement
    ) throws -> OpenRun {
        let isStopped = Atomic(false)
        let signals = StopSignals { _ in isStopped.store(true, ordering: .relaxed) }
        let phase = TrainingPhase(server: server)
        let log = log
        log(
            .info, "listening",
            "listening at \(server.address); status and workers are answered while V and M are"
                + " trained")
        let console = TrainingConsole { log(.info, "training", $0) }
        do {
            return try open(plan) { event in
                switch event {
                case .training(let part, let event):
                    console.show(event)
                    phase.show(event, of: part)
                case .trained(let summary): console.finish(summary)
                }
                if isStopped.load(ordering: .relaxed) { throw CancellationError() }
            }
        } catch is CancellationError {
            try announcement.mark(.paused)
            server.stop(.paused, reason: "it was told to, and the training can be continued")
            log(
                .info, "stopped",
                "stopped; the same command goes on after the last complete epoch")
            throw ExitCode(serving.stopped.stoppedStatus ?? signals.exitStatus ?? 1)
        } catch {
            try? announcement.mark(.failed)
            throw error
        }
    }

    /// How a run is served; nil is one that is being prepared.
    private func serverConfiguration(_ run: OpenRun?) throws -> RolloutServer.Configuration {
        guard let run else {
            var configuration = RolloutServer.Configuration(
                bind: serving.bind, run: "", models: [], work: .score(settings: Data()))
            configuration.core.session.preparation = "it begins"
            try serving.secure(&configuration)
            return configuration
        }
        let settings = try run.encodedRolloutSettings()
        var configuration = RolloutServer.Configuration(
            bind: serving.bind, run: run.identifier,
            models: [
                ServedModel(name: Agent.Part.vae.rawValue, data: run.models.vae),
                ServedModel(name: Agent.Part.mdrnn.rawValue, data: run.models.mdrnn),
            ],
            work: .score(settings: settings))
        if let bank = run.dreamBank {
            configuration.core.session.models.append(
                ServedModel(name: DreamStarts.name, data: bank.data))
            configuration.core.session.work = .dream(settings: settings)
        }
        try serving.admit(&configuration, to: run.store)
        configuration.core.maximumSteps = run.settings.maximumSteps
        configuration.core.checkedShare = checkedShare
        if checkedShare == 0 { configuration.core.agreementsToTrust = 0 }
        configuration.core.stopsOnDisagreement = onDisagreement == .stop
        let rules = OutcomeRules(run.rolloutSettings)
        configuration.core.plausibility = { rules.problem(with: $1, of: $0, fileSize: $2) }
        return configuration
    }
}
