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
@Suite(.inTurn())
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

        /// A run's place and what its workers evaluate by.
        ///
        /// - Parameters:
        ///   - objective: The program.
        ///   - options: Those of the coordinator.
        ///   - isGated: Whether a generation is evaluated when the one before was seen, so that none is
        ///     through before it is disturbed, however late this process looks.
        /// - Throws: What the system says against a place for it.
        init(_ objective: String, options: [String] = [], isGated: Bool = false) throws {
            place = try TemporaryDirectory()
            directory = RunDirectory(path: place.file("run").path)
            self.objective =
                isGated
                ? """
                while read -r line; do g=${line#*'"generation":'}; \
                until [ -e '\(place.path)/go-'"${g%%,*}" ]; do sleep 0.02; done; \
                printf '%s\\n' "$line"; done | \(objective)
                """ : objective
            self.options = options
            try open(generation: 1)
        }

        private func open(generation: Int) throws {
            try Data().write(to: place.file("go-\(generation)"))
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
                guard line.contains("sigma"),
                    let number = line.firstMatch(of: /generation ([0-9]+)/)?.output.1,
                    let generation = Int(number)
                else { continue }
                try await disturb(self)
                try open(generation: generation + 1)
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
        let chaos = try Cluster(Self.shell("sphere.sh"), isGated: true)
        try await chaos.drive(workers: 2) { cluster in
            switch cluster.kills {
            case 0, 3, 6: cluster.killChildren()
            case 1, 4, 7: try cluster.killWorker()
            case 2, 5: try await cluster.killCoordinator()
            default: break
            }
        }
        #expect(chaos.kills == 8)
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

        let (stopped, worker) = try await begin(
            command, ["--retries", "0", "--on-failure", "stop"], in: worst.directory.path + "-2")
        let lines = await stopped.lines()
        #expect(await stopped.exitStatus() == 1)
        #expect(lines.contains { $0.contains("candidate 2 of generation 1") }, "\(lines)")
        worker.signal(SIGTERM)
        try? FileManager.default.removeItem(atPath: worst.directory.path + "-2")
    }

    /// A coordinator of two variables, and a worker.
    private func begin(
        _ objective: String, _ options: [String], in directory: String
    ) async throws -> (coordinator: ProgramProcess, worker: ProgramProcess) {
        let coordinator = try ProgramProcess(
            [
                "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir", directory, "--dimension",
                "2",
            ] + options)
        let greeting = try #require(await coordinator.line { $0.contains("--connect ") })
        let words = greeting.split(separator: " ").map(String.init)
        let address = words[try #require(words.firstIndex(of: "--connect")) + 1]
        let worker = try ProgramProcess([
            "worker", "--connect", address, "--cores", "1", "--objective", objective,
        ])
        return (coordinator, worker)
    }

    @Test func `as many generations may fail as an option says, and no file of others is lost`()
        async throws
    {
        let place = try TemporaryDirectory()
        let nothing = "while read -r line; do echo '{\"cost\": null}'; done"
        let (coordinator, worker) = try await begin(
            nothing, ["--max-failed-generations", "3"], in: place.file("run").path)
        let lines = await coordinator.lines()
        #expect(await coordinator.exitStatus() == 1)
        #expect(lines.contains { $0.contains("of the last 4 generations") }, "\(lines)")
        worker.signal(SIGTERM)
        let run = try RunReport(RunDirectory(path: place.file("run").path))
        #expect(run.generations.count == 4)

        let (ended, another) = try await begin(
            nothing, ["--generations", "2"], in: place.file("ended").path)
        let last = await ended.lines()
        #expect(await ended.exitStatus() == 1)
        #expect(last.contains { $0.contains("without a best") }, "\(last)")
        another.signal(SIGTERM)

        let other = place.file("other")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        let file = other.appending(path: "best.json")
        try Data("mine".utf8).write(to: file)
        let refused = try ProgramProcess([
            "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir", other.path, "--dimension", "2",
        ])
        #expect(await refused.line { $0.contains("best.json is there") } != nil)
        #expect(await refused.exitStatus() == 1)
        #expect(try Data(contentsOf: file) == Data("mine".utf8))
    }

    @Test func `where candidates are rounded the best is what was evaluated`() async throws {
        let cluster = try Cluster(
            Self.shell("sphere.sh"),
            options: ["--parameters", "float32", "--generations", "3"])
        try await cluster.drive(workers: 1)
        let best = try cluster.stop()
        #expect(best.best.allSatisfy { $0 == Double(Float($0)) }, "\(best.best)")
        #expect(abs(best.best.reduce(0) { $0 + $1 * $1 } - best.bestCost) < 1e-15)
        let file = try Data(contentsOf: cluster.directory.url.appending(path: "best.json"))
        #expect(try JSONDecoder().decode(Kept.self, from: file).parameters == best.best)
        let reader = try RunReader(cluster.directory)
        let kept = try (1...3).map { try reader.bestCandidate(generation: $0)?.numbers }
        #expect(kept.contains(best.best))
    }

    @Test func `a worker that is killed takes its program along, also where nobody watches it`()
        async throws
    {
        let place = try TemporaryDirectory()
        let file = place.file("process")
        // Neither reads nor writes, so that no end of a pipe ends it.
        let (coordinator, worker) = try await begin(
            "echo $$ > '\(file.path)'; exec sleep 600", ["--time-limit", "none"],
            in: place.file("run").path)
        var child: Int32?
        while child == nil || worker.children.count < 2 {
            try Task.checkCancellation()
            await Task.yield()
            child = (try? String(contentsOf: file, encoding: .utf8))
                .flatMap { Int32($0.trimmingCharacters(in: .newlines)) }
        }
        let program = try #require(child)
        let guards = worker.children.filter { $0 != program }
        #expect(guards.count == 1)
        for process in guards {
            kill(process, SIGKILL)
            try await ProcessEnds.end(of: process)
        }
        #expect(!ProcessEnds.hasEnded(program))
        worker.signal(SIGKILL)
        #expect(await worker.exitStatus() == 128 + SIGKILL)
        while !ProcessEnds.hasEnded(program) {
            if ProcessEnds.sleepsOn(program) {
                Issue.record("it sleeps on")
                kill(program, SIGKILL)
            }
            await Task.yield()
        }
        coordinator.signal(SIGKILL)
        _ = await coordinator.exitStatus()
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
