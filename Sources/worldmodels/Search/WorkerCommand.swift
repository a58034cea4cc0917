// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ArgumentParser
import ClusterTransport
import Foundation
import RolloutWorker
import Rollouts
import TerminalOutput

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Drive episodes for a coordinator, for as long as it has any.",
        discussion: """
            Rollouts for a coordinator, recordings for generate --bind: the one that is connected to \
            says which, and the same worker serves one after the other. \
            Needs nothing but the address and, beyond loopback, a key: the models come from the \
            coordinator. SIGTERM, SIGINT or SIGHUP lets the running episodes finish, hands back the \
            rest and ends with status 0; a second one ends at once, with 128 and the signal's number.
            """)

    @Option(
        help: .init("The coordinator's address, tcp://HOST:PORT.", valueName: "tcp://host:port"))
    var connect: String

    @Option(
        help: .init(
            "Cores to use; by default all that affinity, cgroup and Slurm give this process.",
            valueName: "count"))
    var cores: Int?

    @Option(
        help: .init("Episodes to run at once on each core, 1 to 1024.", valueName: "episodes"))
    var environments = 8

    @Option(
        help: .init(
            "Seconds that running episodes get to finish after SIGTERM, SIGINT or SIGHUP.",
            valueName: "seconds"))
    var grace = 30.0

    @OptionGroup var computing: ComputingOptions

    @OptionGroup var security: ClientSecurityOptions

    func validate() throws {
        guard (1...1024).contains(environments) else {
            throw ValidationError("--environments is \(environments); 1 to 1024 are possible")
        }
        if let cores, !(1...1024).contains(cores) {
            throw ValidationError("--cores is \(cores); 1 to 1024 are possible")
        }
        guard grace >= 0, grace.isFinite else {
            throw ValidationError("--grace is \(grace); it is a number of seconds")
        }
    }

    func run() throws {
        let endpoint = try Endpoint(parsing: connect, binding: false)
        let kernels = computing.kernels
        let available = AvailableCores()
        if cores == nil {
            Terminal.standardError.write(
                "worker: \(available.count) \(available.count == 1 ? "core" : "cores"), as "
                    + "\(available.limit) has it\n")
        }
        var configuration = RolloutWorker.Configuration(
            environments: environments, cores: cores ?? available.count,
            availableCores: available.count, fingerprint: HostFingerprint.describing(kernels))
        configuration.graceSeconds = grace
        let worker = RolloutWorker(configuration: configuration)
        _ = StopSignals { _ in worker.drain() }
        let transport = try ConnectingTransport(
            connectingTo: endpoint, security: try security.security(for: endpoint))
        _ = try worker.run(
            over: transport,
            engine: { models, work in
                try CarRacingWork.engines(models: models, work: work, kernels: kernels)
            },
            report: { line in
                Terminal.standardError.write("worker: \(line)\n")
            })
    }
}
