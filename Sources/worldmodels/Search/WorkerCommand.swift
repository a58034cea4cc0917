// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ArgumentParser
import ClusterProtocol
import ClusterTransport
import Foundation
import Objectives
import RolloutWorker
import Rollouts
import TerminalOutput

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Drive episodes for a coordinator, for as long as it has any.",
        discussion: """
            Rollouts for a coordinator, recordings for generate --bind, evaluations for optimize --bind \
            (with --objective): the one that is connected to \
            says which, and the same worker serves one after the other. \
            Needs nothing but the address and, beyond loopback, a key: the models come from the \
            coordinator. SIGTERM, SIGINT or SIGHUP lets the running episodes finish, hands back the \
            rest and ends with status 0; a second one ends at once, with 128 and the signal's number.

            It waits for a coordinator, and for the next one after that, until it is stopped; \
            --until finished is for the scripts of one run. The exit status is 0 after a signal \
            (or --stopped-status), and when the coordinator has finished; 75, try again later, when \
            --idle-timeout or --lifetime is over or the coordinator has its workers already; 77 when \
            the coordinator refuses this worker or speaks another version; 70 when the engine breaks.
            """)

    /// When it ends by itself.
    enum Until: String, ExpressibleByArgument, CaseIterable {
        case stopped
        case finished
    }

    @OptionGroup(title: "The coordinator")
    var coordinator: CoordinatorOptions

    @Option(
        help: .init(
            """
            When to end: stopped waits for the next coordinator when one has finished; finished ends \
            then, with 0.
            """, valueName: "when"))
    var until = Until.stopped

    @Option(
        help: .init(
            """
            End with 75 after so long without an episode to drive, whether there is a coordinator or \
            not: 90, 90s, 15m, 4h, 2d (default: wait for ever).
            """, valueName: "duration"))
    var idleTimeout: TimeSpan?

    @Option(
        help: .init(
            """
            Have left by then, with 75, for hosts that are had for a time: it begins to drain --grace \
            before, or up to a tenth of the duration earlier, at random, so that workers that began \
            together do not leave together.
            """, valueName: "duration"))
    var lifetime: TimeSpan?

    @Flag(
        help: """
            Look at the address, its host's name, the port, the keys and the versions, and whether this \
            worker would be let in; say it line by line and end: 0 all is well, 69 nobody is reached, 77 \
            a key, the version or the worker is refused.
            """)
    var check = false

    @OptionGroup var stopped: StoppedStatusOptions

    @Option(
        help: .init(
            "Cores to use; by default all that affinity, cgroup and Slurm give this process.",
            valueName: "count"))
    var cores: Int?

    @Option(
        help: .init(
            """
            Episodes to run at once on each core, 1 to 1024 (default: 8; 1 with --objective).
            """, valueName: "episodes"))
    var environments: Int?

    @Option(
        help: .init(
            """
            Evaluate candidates for 'optimize --bind' by this program: a shell starts it once for each core \
            and episode at once, and it reads a line of JSON with the parameters and writes one with the \
            cost, again and again.
            """, valueName: "program arg..."))
    var objective: String?

    @Option(
        help: .init(
            "With --objective: kill one that has not answered after so long, where the run allows more.",
            valueName: "duration"))
    var timeLimit: TimeSpan?

    @Option(
        help: .init(
            """
            With --objective: private memory that each of its processes may have, where the run allows \
            more: 512MiB, 4GiB.
            """, valueName: "size"))
    var memoryLimit: MemorySize?

    @Option(
        help: .init(
            """
            What running episodes get to finish after SIGTERM, SIGINT or SIGHUP: 0, 90, 90s, 15m \
            (default: 30s).
            """, valueName: "duration"), transform: TimeSpan.orNone)
    var grace = TimeSpan(seconds: 30)

    @OptionGroup var computing: ComputingOptions

    @OptionGroup(title: "What it tells")
    var logging: LogOptions

    func validate() throws {
        if let environments, !(1...1024).contains(environments) {
            throw ValidationError("--environments is \(environments); 1 to 1024 are possible")
        }
        if let objective {
            guard objective.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("--objective names no program")
            }
        } else if timeLimit != nil || memoryLimit != nil {
            throw ValidationError("--time-limit and --memory-limit go with --objective")
        }
        if let cores, !(1...1024).contains(cores) {
            throw ValidationError("--cores is \(cores); 1 to 1024 are possible")
        }
        if let lifetime, lifetime.seconds <= grace.seconds {
            throw ValidationError(
                "--lifetime \(lifetime): longer than the --grace of \(grace) that is part of it")
        }
    }

    func run() throws {
        StopSignals.setStatus(stopped.stoppedStatus)
        let kernels = computing.kernels
        let available = AvailableCores()
        let log = logging.log("worker", on: .standardError)
        if cores == nil, !check {
            log(
                .info, "cores",
                "\(available.count) \(available.count == 1 ? "core" : "cores"), as "
                    + "\(available.limit) has it")
        }
        var configuration = RolloutWorker.Configuration(
            environments: environments ?? (objective == nil ? 8 : 1),
            cores: cores ?? available.count,
            availableCores: available.count, fingerprint: HostFingerprint.describing(kernels))
        if check {
            return try WorkerCheck(coordinator: coordinator, hello: configuration.hello).run()
        }
        configuration.graceSeconds = grace.seconds
        // What answers at once would wait for the network most of the time.
        if objective != nil { configuration.reserve = max(configuration.reserve, 8) }
        configuration.endsWhenFinished = until == .finished
        configuration.idleSeconds = idleTimeout?.seconds
        configuration.lifetimeSeconds = lifetime.map {
            ($0.seconds - grace.seconds) * Double.random(in: 0.9...1)
        }
        let worker = RolloutWorker(configuration: configuration)
        let signals = StopSignals { _ in worker.drain() }
        let endsWhenFinished = until == .finished
        let program = objective
        let limits = ObjectiveLimits(
            seconds: timeLimit?.seconds, memoryBytes: memoryLimit?.bytes)
        let transport = try coordinator.transport { if endsWhenFinished { worker.finish() } }
        let end: RolloutWorker.End
        do {
            end = try worker.run(
                over: transport,
                engine: { models, work in
                    if let program {
                        return try ObjectiveWork.engines(
                            command: program, work: work, limits: limits)
                    }
                    return try CarRacingWork.engines(
                        models: models, work: work, kernels: kernels)
                }
            ) { log($0.isTrouble ? .warning : .info, $0.event, $0.text) }
        } catch let error as RolloutWorker.Failure where !log.isPlain {
            log(.error, "failed", "\(error)", ["status": "\(error.exitStatus)"])
            throw ExitCode(error.exitStatus)
        }
        switch end {
        case .drained:
            if signals.exitStatus != nil, let status = stopped.stoppedStatus {
                throw ExitCode(status)
            }
        case .finished(let reason):
            log(.info, "finished", "the coordinator has finished: \(reason)")
        case .idle(let seconds):
            log(
                .info, "idle",
                "nothing to do for \(TimeSpan(seconds: seconds)) (\(transport.address)); ending")
            throw ExitCode(ExitStatus.tryAgain)
        case .expired:
            log(.info, "expired", "its lifetime is over")
            throw ExitCode(ExitStatus.tryAgain)
        }
    }
}

extension RolloutWorker.Failure: ErrorWithStatus {
    var exitStatus: Int32 {
        switch self {
        // There may be room later.
        case .refused(.full, _): ExitStatus.tryAgain
        case .refused, .protocolVersion: ExitStatus.refused
        case .engine: ExitStatus.software
        }
    }
}
