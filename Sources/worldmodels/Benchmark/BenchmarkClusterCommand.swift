// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ArgumentParser
import Basics
import ClusterTransport
import Episodes
import RolloutServer
import Search
import Foundation
import RolloutWorker
import Rollouts

struct BenchmarkClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Dispatch tasks to simulated workers over loopback sockets.",
        discussion: """
            The workers are connections of one more process (or of --processes), without \
            environments: they wait and reply. Prints one JSON object.
            """)

    @Option(help: .init("Simulated workers.", valueName: "count"))
    var workers = 100

    @Option(help: .init("What a task takes, in milliseconds.", valueName: "milliseconds"))
    var taskMilliseconds = 0.0

    @Option(help: .init("Cores of each worker.", valueName: "count"))
    var cores = 1

    @Option(help: .init("Tasks a worker runs at once on each core.", valueName: "tasks"))
    var environments = 1

    @Option(help: .init("Tasks of the generation.", valueName: "count"))
    var tasks = 20_000

    @Option(help: .init("Parameters of a task.", valueName: "numbers"))
    var parameters = 867

    @Option(help: .init("Processes the simulated workers are spread over.", valueName: "count"))
    var processes = 1

    @Option(help: .private)
    var fleet: String?

    private struct Report: Encodable {
        var benchmark = "cluster"
        var rate: Double
        var unit = "tasks/s"
        var workers: Int
        var cores: Int
        var tasks: Int
        var taskMilliseconds: Double
        var environments: Int
        var joinSeconds: Double
        var coordinatorCpuSeconds: Double
        var coordinatorResidentMiB: Double?
        var generationSeconds: Double
        var idealSeconds: Double
        var requeued: Int
        var duplicates: Int
    }

    func validate() throws {
        guard (1...20_000).contains(workers), (1...1024).contains(environments),
            (1...1024).contains(cores), tasks > 0,
            taskMilliseconds >= 0, taskMilliseconds.isFinite, (1...(1 << 18)).contains(parameters),
            (1...64).contains(processes), processes <= workers
        else { throw ValidationError("one of the numbers is out of its range") }
    }

    func run() async throws {
        if let fleet {
            // A benchmark that was killed must not leave its workers behind.
            let parent = getppid()
            try SimulatedFleet(
                connectingTo: try Endpoint(parsing: fleet, binding: false), workers: workers,
                cores: cores, environments: environments, taskSeconds: taskMilliseconds / 1000
            ).run { getppid() == parent }
            return
        }
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "benchmark", models: [],
                work: .score(settings: Data("{}".utf8))))
        let children = try (0..<processes).map { try startFleet($0, address: server.address) }
        defer {
            server.stop(.finished, reason: "the benchmark is over")
            for child in children { child.waitUntilExit() }
        }
        let clock = ContinuousClock()
        let begin = clock.now
        // The list of thousands is asked for only when all have knocked.
        while server.counters().workers < workers
            || server.workers().count(where: { $0.state == .ready }) < workers
        {
            guard children.allSatisfy(\.isRunning) else {
                throw ValidationError("a process of simulated workers ended early")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let joined = clock.now
        let vectors = (0..<max(1, tasks / 4)).map { candidate in
            (0..<parameters).map { Float(candidate &+ $0) }
        }
        let episodes = (0..<tasks).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .training, generation: 1, candidate: index, repetition: 0),
                trackSeed: UInt64(index), vector: index % vectors.count)
        }
        let cpuBefore = cpuSeconds()
        let start = clock.now
        let results = try await server.perform(
            EpisodeBatch(vectors: vectors, episodes: episodes)
        ) { _, _ in }
        let seconds = (clock.now - start).seconds
        let slots = workers * cores * environments
        let rounds = (tasks + slots - 1) / slots
        let counters = server.counters()
        let report = Report(
            rate: Double(results.count) / seconds, workers: workers, cores: cores, tasks: tasks,
            taskMilliseconds: taskMilliseconds, environments: environments,
            joinSeconds: (joined - begin).seconds,
            coordinatorCpuSeconds: cpuSeconds() - cpuBefore,
            coordinatorResidentMiB: ProcessMemory.residentMiB, generationSeconds: seconds,
            idealSeconds: Double(rounds) * taskMilliseconds / 1000, requeued: counters.requeued,
            duplicates: counters.duplicates)
        try printJSON(report)
    }

    private func startFleet(_ index: Int, address: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let share = workers / processes + (index < workers % processes ? 1 : 0)
        process.arguments = [
            "benchmark", "cluster", "--fleet", address, "--workers", "\(share)",
            "--cores", "\(cores)", "--environments", "\(environments)", "--task-milliseconds",
            "\(taskMilliseconds)",
        ]
        try process.run()
        return process
    }

    private func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
        }
    }
}
