// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import EvolutionStrategies
import Foundation
import RunReports
import RunStore
import SeededRandom
import TestSupport
import Testing

/// A search for an objective that is a program of its own, over workers, as processes.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ObjectiveRunTests {
    private static let dimension = 5
    private static let generations = 12

    private static let examples = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appending(path: "../../../cluster/examples")
        .standardizedFileURL

    private static func shell(_ name: String) -> String {
        "sh '\(examples.appending(path: name).path)'"
    }

    /// JSONSerialization's numbers may differ from what was written by their last bit.
    private struct Stop: Decodable {
        struct Body: Decodable {
            var reasons: [String]
            var best: [Double]
            var bestCost: Double
        }
        var stop: Body
    }

    /// What best.json has.
    private struct Kept: Decodable {
        var parameters: [Double]
    }

    /// `optimize --bind` and its workers.
    private final class Cluster {
        private let place: TemporaryDirectory
        let directory: RunDirectory
        var kills = 0
        private let objective: String
        private let options: [String]
        private var address = "tcp://127.0.0.1:*"
        private var coordinator: ProgramProcess?
        private var workers: [ProgramProcess] = []
        private var random = PCG64(seed: 7)
        /// What the last coordinator printed.
        private(set) var lines: [String] = []

        init(_ objective: String, options: [String] = []) throws {
            place = try TemporaryDirectory()
            directory = RunDirectory(path: place.file("run").path)
            self.objective = objective
            self.options = options
        }

        deinit {
            for process in workers + [coordinator].compactMap({ $0 }) { process.signal(SIGKILL) }
        }

        func drive(
            workers count: Int, disturb: (Cluster) async throws -> Void = { _ in }
        ) async throws {
            try startCoordinator()
            let greeting = await coordinator?.line { $0.contains("--connect ") }
            let words = try #require(greeting?.split(separator: " ").map(String.init))
            #expect(words.suffix(3) == ["--objective", "'PROGRAM", "ARG...'"])
            address = words[try #require(words.firstIndex(of: "--connect")) + 1]
            for _ in 0..<count { workers.append(try worker()) }
            while let line = await coordinator?.line() {
                lines.append(line)
                if line.contains("generation "), line.contains("sigma") { try await disturb(self) }
            }
            #expect(await coordinator?.exitStatus() == 0, "\(lines.suffix(5))")
            for worker in workers { worker.signal(SIGTERM) }
        }

        private func startCoordinator() throws {
            coordinator = try ProgramProcess(
                [
                    "optimize", "--bind", address, "--logdir", directory.path, "--seed", "3",
                    "--dimension", "\(ObjectiveRunTests.dimension)", "--x0", "1",
                    "--generations", "\(ObjectiveRunTests.generations)",
                ] + options)
        }

        private func worker() throws -> ProgramProcess {
            try ProgramProcess([
                "worker", "--connect", address, "--cores", "2", "--objective", objective,
            ])
        }

        private var someWorker: Int { Int(random.integer(below: UInt32(workers.count))) }

        func killCoordinator() async throws {
            coordinator?.signal(SIGKILL)
            #expect(await coordinator?.exitStatus() == 128 + SIGKILL)
            kills += 1
            try startCoordinator()
        }

        func killWorker() throws {
            let victim = someWorker
            workers[victim].signal(SIGKILL)
            kills += 1
            workers[victim] = try worker()
        }

        /// Kills the objectives of some worker, as far as it has any now.
        func killChildren() {
            for child in workers[someWorker].children { kill(child, SIGKILL) }
            kills += 1
        }

        /// The last line, an object that an ask-and-tell session ends with.
        func stop() throws -> Stop.Body {
            let line = try #require(lines.last { $0.hasPrefix("{\"stop\":") })
            return try JSONDecoder().decode(Stop.self, from: Data(line.utf8)).stop
        }
    }

    /// The search alone, with the sphere in this process.
    private func alone() throws -> RestartingSearch {
        var search = try RestartingSearch(
            RestartingSearch.Configuration(
                strategy: EvolutionStrategy.Configuration(
                    initialMean: [Double](repeating: 1, count: Self.dimension), initialSigma: 0.5,
                    seed: 3), schedule: .none))
        for _ in 0..<Self.generations {
            let costs = try search.ask().map { $0.reduce(0) { $0 + $1 * $1 } }
            try search.tell(costs: costs)
        }
        return search
    }

    @Test func `kills of objectives, workers and coordinators change no bit of a search`()
        async throws
    {
        let calm = try Cluster(Self.shell("sphere.sh"))
        try await calm.drive(workers: 1)
        let chaos = try Cluster(Self.shell("sphere.sh"))
        try await chaos.drive(workers: 2) { cluster in
            switch cluster.kills {
            case 0, 3, 6: cluster.killChildren()
            case 1, 4, 7: try cluster.killWorker()
            case 2, 5: try await cluster.killCoordinator()
            default: break
            }
        }
        #expect(chaos.kills >= 6)
        let one = try RunReport(calm.directory)
        let other = try RunReport(chaos.directory)
        #expect(RunComparison(one, other) == .equal(generations: Self.generations))
        let states = try [calm, chaos].map { try RunReader($0.directory).latestState()?.state }
        #expect(states[0] != nil && states[0] == states[1])

        let alone = try alone()
        let best = try #require(alone.best)
        #expect(states[0] == alone.encodedState())
        for cluster in [calm, chaos] {
            let stop = try cluster.stop()
            #expect(stop.best == best.candidate)
            #expect(stop.bestCost == best.cost)
            #expect(stop.reasons == ["generations"])
            let file = try Data(contentsOf: cluster.directory.url.appending(path: "best.json"))
            let kept = try JSONDecoder().decode(Kept.self, from: file)
            #expect(kept.parameters == best.candidate)
        }
        let rollouts = try RunReader(calm.directory).rollouts(generation: 1, purpose: .training)
        #expect(rollouts.allSatisfy { $0.outcome.info == ["variables": 5] })
        #expect(other.trainingRollouts == one.trainingRollouts)
    }

    @Test func `what fails as often as it may ranks worst, or ends the run with its reason`()
        async throws
    {
        let command = """
            while read -r line; do case "$line" in \
            *'"candidate":2,'*) echo 'out of \u{1b}[31mpaint' >&2; exit 4 ;; \
            *) echo '{"cost": 1}' ;; esac; done
            """
        let worst = try Cluster(
            command, options: ["--retries", "1", "--generations", "2"])
        try await worst.drive(workers: 1)
        let report = try RunReport(worst.directory)
        #expect(report.generations.map(\.record.failed) == [1, 1])
        let failures = report.events.filter { $0.kind == "task-failed" }
        let message = try #require(failures.first?.message)
        #expect(message.contains("exit status 4; it said: out of \\u{1b}[31mpaint"))

        let stopped = try ProgramProcess([
            "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir",
            worst.directory.path + "-stopped", "--dimension", "2", "--retries", "0",
            "--on-failure", "stop",
        ])
        let greeting = try #require(await stopped.line { $0.contains("--connect ") })
        let words = greeting.split(separator: " ").map(String.init)
        let address = words[try #require(words.firstIndex(of: "--connect")) + 1]
        let worker = try ProgramProcess([
            "worker", "--connect", address, "--cores", "1", "--objective", command,
        ])
        let lines = await stopped.lines()
        #expect(await stopped.exitStatus() == 1)
        #expect(lines.contains { $0.contains("candidate 2 of generation 1") }, "\(lines)")
        worker.signal(SIGTERM)
        try? FileManager.default.removeItem(atPath: worst.directory.path + "-stopped")
    }

    @Test(arguments: [false, true])
    func `somebody's best.json is not replaced by a new run's`(hasEmptyDatabase: Bool) async throws
    {
        let place = try TemporaryDirectory()
        let file = place.file("best.json")
        try Data("mine".utf8).write(to: file)
        if hasEmptyDatabase { try Data().write(to: place.file("run.sqlite")) }
        let coordinator = try ProgramProcess([
            "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir", place.path, "--dimension", "2",
        ])
        #expect(await coordinator.line { $0.contains("best.json was not written") } != nil)
        #expect(await coordinator.exitStatus() == 1)
        #expect(try Data(contentsOf: file) == Data("mine".utf8))
        #expect(try place.contents().count == (hasEmptyDatabase ? 2 : 1))
    }

    @Test func `a worker whose program is missing ends and says so`() async throws {
        let place = try TemporaryDirectory()
        let coordinator = try ProgramProcess([
            "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir", place.file("run").path,
            "--dimension", "2",
        ])
        let greeting = try #require(await coordinator.line { $0.contains("--connect ") })
        let words = greeting.split(separator: " ").map(String.init)
        let address = words[try #require(words.firstIndex(of: "--connect")) + 1]
        let worker = try ProgramProcess([
            "worker", "--connect", address, "--cores", "1", "--objective", "no-such-program",
        ])
        let reason = await worker.line { $0.contains("exit status 127") }
        #expect(reason?.contains("not found") == true)
        #expect(await worker.exitStatus() == 70)
        let other = try ProgramProcess(["worker", "--connect", address, "--cores", "1"])
        #expect(await other.line { $0.contains("start this worker with --objective") } != nil)
        coordinator.signal(SIGKILL)
        _ = await coordinator.exitStatus()
        withExtendedLifetime(place) {}
    }
}
