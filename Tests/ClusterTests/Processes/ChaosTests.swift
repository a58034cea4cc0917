// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunReports
import RunStore
import SeededRandom
import TestSupport
import Testing
import WorldModel

/// A run under chaos ends with the same bits as a run in peace; cluster/chaos/chaos.sh is the long
/// form of this.
@Suite(.inTurn())
struct ChaosTests {
    /// Those of a first start, after which it goes on for as many again until it was disturbed enough:
    /// while a disturbance hesitates, the run may finish generations whose lines die with the
    /// coordinator.
    private static let generations = 40
    private static let disturbances = 10
    private static let population = 4
    private static let evaluationEpisodes = 2

    /// A coordinator and its workers, as processes.
    private final class Cluster {
        private let place: TemporaryDirectory
        let directory: RunDirectory
        var coordinatorKills = 0
        var workerKills = 0
        /// Cores of each worker.
        private let cores: Int
        /// Options of the run.
        private let options: [String]
        /// How far it is driven.
        private(set) var generations: Int
        private var address = "tcp://127.0.0.1:*"
        private var coordinator: ProgramProcess?
        private var workers: [ProgramProcess] = []
        private var paused: Int?
        private var random = PCG64(seed: 5)

        init(cores: Int, options: [String], generations: Int = ChaosTests.generations) throws {
            self.cores = cores
            self.generations = generations
            self.options = options
            place = try TemporaryDirectory()
            directory = RunDirectory(path: place.path)
            try QuickModels.vae.write(to: Agent.Part.vae.file(in: directory.url))
            try QuickModels.mdrnn.write(to: Agent.Part.mdrnn.file(in: directory.url))
            try QuickModels.dreamStarts.write(
                to: directory.url.appending(path: DreamStarts.fileName))
        }

        deinit {
            for process in workers + [coordinator].compactMap({ $0 }) { process.signal(SIGKILL) }
        }

        var disturbances: Int { coordinatorKills + workerKills }

        /// Drives the run to its end, and disturbs it after each generation of which it hears; then
        /// on, until it was disturbed so often.
        func drive(
            workers count: Int, disturbances wanted: Int = 0,
            disturb: (Cluster) async throws -> Void
        ) async throws {
            try startCoordinator()
            let greeting = await coordinator?.line { $0.contains("--connect ") }
            address = try #require(greeting?.split(separator: " ").last.map(String.init))
            for _ in 0..<count { workers.append(try worker()) }
            while true {
                var lines: [String] = []
                while let line = await coordinator?.line() {
                    lines.append(line)
                    if line.contains(": generation ") { try await disturb(self) }
                }
                #expect(await coordinator?.exitStatus() == 0, "\(lines.suffix(5))")
                guard disturbances < wanted, generations < 20 * ChaosTests.generations else {
                    break
                }
                generations += ChaosTests.generations
                try startCoordinator()
            }
            for worker in workers { worker.signal(SIGTERM) }
            resume()
        }

        private func startCoordinator() throws {
            coordinator = try ProgramProcess(
                [
                    "coordinator", "--logdir", directory.path, "--bind", address, "--seed", "3",
                    "--variant", "separable", "--pop-size", "\(ChaosTests.population)",
                    "--n-samples", "1", "--max-steps", "8",
                    "--evaluate-every", "\(ChaosTests.generations / 2)",
                    "--evaluation-episodes", "\(ChaosTests.evaluationEpisodes)",
                    "--generations", "\(generations)",
                ] + options)
        }

        private func worker() throws -> ProgramProcess {
            try ProgramProcess([
                "worker", "--connect", address, "--environments", "2", "--cores", "\(cores)",
            ])
        }

        private var someWorker: Int { Int(random.integer(below: UInt32(workers.count))) }

        /// Kills after a moment, so that it does not always hit the same place.
        private func hesitate() async throws {
            try await Task.sleep(for: .milliseconds(Int(random.integer(below: 200))))
        }

        func killCoordinator() async throws {
            try await hesitate()
            coordinator?.signal(SIGKILL)
            #expect(await coordinator?.exitStatus() == 128 + SIGKILL)
            coordinatorKills += 1
            try startCoordinator()
        }

        func killWorker() async throws {
            try await hesitate()
            let victim = someWorker
            workers[victim].signal(SIGKILL)
            workerKills += 1
            if paused == victim { paused = nil }
            workers[victim] = try worker()
        }

        /// Has all workers use another number of cores.
        func scaleWorkers() async throws {
            let wanted = 1 + Int(random.integer(below: UInt32(cores)))
            let scale = try ProgramProcess([
                "scale", "--connect", address, "--cores", "\(wanted)", "--timeout", "20",
            ])
            // Where no worker has come back yet it says so. The run may reach its end meanwhile, and
            // then there is nobody to tell.
            var line: String?
            while line == nil, let next = await scale.line() {
                if next.hasPrefix("told") || next.contains("no worker") { line = next }
            }
            #expect(line != nil || coordinator?.isRunning == false)
        }

        func pauseWorker() {
            let victim = someWorker
            workers[victim].signal(SIGSTOP)
            paused = victim
        }

        func resume() {
            if let paused { workers[paused].signal(SIGCONT) }
            paused = nil
        }
    }

    @Test(arguments: [[], ["--dream", "--dream-share", "0.75", "--temperature", "0.5,1.3@9"]])
    func `kills, pauses and scaling change no bit of a run, and lose no rollout`(
        options: [String]
    ) async throws {
        let chaos = try Cluster(cores: 2, options: options)
        try await chaos.drive(workers: 3, disturbances: Self.disturbances) { cluster in
            cluster.resume()
            guard cluster.disturbances < Self.disturbances else { return }
            if cluster.coordinatorKills > cluster.workerKills {
                try await cluster.killWorker()
            } else {
                try await cluster.killCoordinator()
            }
            try await cluster.scaleWorkers()
            cluster.pauseWorker()
        }
        let generations = chaos.generations
        let calm = try Cluster(cores: 1, options: options, generations: generations)
        try await calm.drive(workers: 1) { _ in }
        #expect(chaos.coordinatorKills == 5 && chaos.workerKills == 5)

        let one = try RunReport(calm.directory)
        let other = try RunReport(chaos.directory)
        #expect(RunComparison(one, other) == .equal(generations: generations))
        let evaluations = [one, other].map { $0.generations.compactMap(\.evaluation?.digest) }
        let evaluated = 2 * generations / Self.generations
        #expect(evaluations[0].count == evaluated && evaluations[0] == evaluations[1])
        let states = try [calm, chaos].map { try RunReader($0.directory).latestState()?.state }
        #expect(states[0] != nil && states[0] == states[1])
        let best = try [calm, chaos].map { cluster in
            // The header names the run; the parameters are the tail.
            try Data(contentsOf: Agent.Part.controller.file(in: cluster.directory.url)).suffix(
                867 * 4)
        }
        #expect(best[0] == best[1])
        for report in [one, other] {
            #expect(
                report.generations.count { $0.record.isDream }
                    == (options.isEmpty ? 0 : generations * 3 / 4))
            #expect(report.trainingRollouts == generations * Self.population)
            #expect(report.evaluationRollouts == evaluated * Self.evaluationEpisodes)
            #expect(
                report.workers.reduce(0) { $0 + $1.rollouts }
                    == report.trainingRollouts + report.evaluationRollouts)
        }
    }
}
