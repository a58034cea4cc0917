// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ArgumentParser
import Episodes
import RolloutServer
import Search
import EvolutionStrategies
import Foundation
import RunStore
import Synchronization
import WorldModel

/// Drives a run: searches the controller's parameters with whatever workers connect.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Drive a run with the workers that connect; continue it where it stopped.",
        discussion: """
            Everything is kept in the run's directory as it happens, so that the same command
            continues a run that was stopped or killed. The first Ctrl-C stores what has arrived
            and ends; a second one ends at once. The exit status is 0 when the run has reached its
            end, 130 or 143 when it was told to stop.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(
        help: .init("Where to listen; the port * takes a free one.", valueName: "tcp://host:port"))
    var bind = "tcp://127.0.0.1:*"

    @Option(help: "End after so many generations, those of earlier starts included.")
    var generations: Int?

    @Option(help: .init("End when an evaluation reaches this mean return.", valueName: "return"))
    var targetReturn: Double?

    @Option(help: "Refuse workers beyond this number.")
    var maxWorkers: Int?

    @OptionGroup(title: "Who may connect")
    var security: ServerSecurityOptions

    @Flag(help: "Show the rollouts as they arrive, on one line.")
    var display = false

    @Option(
        help: .init(
            "Train V and M on the rollouts of this directory where the run lacks them.",
            valueName: "dir"))
    var data: String?

    @Option(help: "Epochs of V's training, those of earlier starts included.")
    var vaeEpochs = 10

    @Option(help: "Epochs of M's training, those of earlier starts included.")
    var mdrnnEpochs = 10

    @Flag(
        help: """
            Where the run has no mdrnn.safetensors, use a random M, which works nearly as well.
            """)
    var untrainedMemory = false

    @OptionGroup(title: "What defines the run")
    var options: RunOptions

    func validate() throws {
        if options.pretrained && options.initialController != nil {
            throw ValidationError("give either --pretrained or --initial-controller")
        }
        if options.pretrained && data != nil {
            throw ValidationError("--pretrained brings V and M: leave --data out")
        }
        if let generations, generations < 1 {
            throw ValidationError("--generations \(generations): at least 1")
        }
        if let maxWorkers, maxWorkers < 1 {
            throw ValidationError("--max-workers \(maxWorkers): at least 1")
        }
        if let targetReturn, !targetReturn.isFinite {
            throw ValidationError("--target-return \(targetReturn): a number")
        }
    }

    func run() async throws {
        let directory = RunDirectory(path: logdir)
        let profile = try options.profile.map { try ProfileFiles.load($0) }
        let startingPoint = try StartingPoint(options)
        var given = try startingPoint.settings(options.given)
        // Nonsense is refused before anything is written.
        let wanted = try RunSettings(
            given: given, profile: profile?.settings ?? [:], path: directory.path)
        let memorySeed = untrainedMemory ? wanted.seed : nil
        try startingPoint.checkModels(of: directory)
        if data == nil && !options.pretrained {
            _ = try RunModels(directory, untrainedMemorySeed: memorySeed)
        }
        let process = ProcessInfo.processInfo
        let store = try RunStore(
            directory,
            holder: "process \(process.processIdentifier) on \(process.hostName)")
        try startingPoint.copyModels(to: directory)
        try trainModels(store, seed: wanted.seed)
        let models = try RunModels(directory, untrainedMemorySeed: memorySeed)
        try models.writeMemory()
        given[.vae] = models.vaeDigest
        given[.mdrnn] = models.mdrnnDigest
        let start = try RunStart(
            store, given: given, profile: profile,
            program: "worldmodels \(WorldModels.configuration.version)", now: Date()
        ) { try EvolutionStrategy($0, from: startingPoint.controller?.values) }

        var limits = profile?.limits ?? RunLimits()
        if let generations { limits.generations = generations }
        if let targetReturn { limits.targetReturn = targetReturn }
        let server = try RolloutServer(serverConfiguration(start, models))
        defer { server.stop() }
        let session = CoordinatorSession(
            store: store, start: start, limits: limits, server: server, display: display)
        try await session.run()
    }

    private func trainModels(_ store: RunStore, seed: UInt64) throws {
        guard let data else { return }
        let isStopped = Atomic(false)
        let signals = StopSignals { _ in isStopped.store(true, ordering: .relaxed) }
        do {
            try ModelTraining(
                store: store, data: data, seed: seed, visualEpochs: vaeEpochs,
                memoryEpochs: mdrnnEpochs, skipsMemory: untrainedMemory
            ).run { isStopped.load(ordering: .relaxed) }
        } catch is CancellationError {
            print("stopped; the same command goes on after the last complete epoch")
            throw ExitCode(signals.exitStatus ?? 1)
        }
        withExtendedLifetime(signals) {}
    }

    private func serverConfiguration(
        _ start: RunStart, _ models: RunModels
    ) throws -> RolloutServer.Configuration {
        var configuration = try RolloutServer.Configuration(
            bind: bind, run: start.identifier, models: models.served,
            work: .score(settings: start.settings.encodedRolloutSettings()))
        configuration.core.session.maximumWorkers = maxWorkers
        configuration.security = try security.security()
        configuration.isInsecureAllowed = security.insecure
        return configuration
    }
}
