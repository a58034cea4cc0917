// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

struct RunLoopTests {
    @Test func `the pace is that of the last generation's best candidate, in training alone`()
        async throws
    {
        let paces = Mutex<[String: Set<Pace?>]>([:])
        let service = ToyService { task, parameters in
            let key = task.name.purpose == .training ? "\(task.name.generation)" : "evaluation"
            paces.withLock { _ = $0[key, default: []].insert(task.pace) }
            return ToyService.formula(task, parameters)
        }
        let given = TemporaryRun.given.merging(["stop-after-steps-behind": "200"]) { $1 }
        let run = TemporaryRun()
        try await run.drive(generations: 2, service: service, given: given)
        // Also where the run was interrupted.
        try await run.drive(generations: 3, service: service, given: given)
        let records = try RunReader(run.directory).generations()
        let found = paces.withLock { $0 }
        #expect(found["1"] == [nil] && found["evaluation"] == [nil])
        for generation in 2...3 {
            // The toy's episodes have 10 steps.
            let pace = try #require(found["\(generation)"]?.first ?? nil)
            #expect(abs(pace.perStep - records[generation - 2].best / 10) < 1e-9)
            #expect(pace.grace == 200 && found["\(generation)"]?.count == 1)
        }
    }

    @Test func `a run ends with its generations, evaluations and best controller stored`()
        async throws
    {
        let run = TemporaryRun()
        #expect(try await run.drive() == .generations(5))
        let reader = try RunReader(run.directory)
        let generations = try reader.generations()
        #expect(generations.map(\.generation) == [1, 2, 3, 4, 5])
        for generation in generations {
            #expect(generation.candidates == 6 && generation.tracks == 2)
            #expect(generation.steps == 120 && generation.workers == 1)
            #expect(generation.stateDigest.count == 64)
        }
        let first = try #require(generations.first)
        let fitnesses = try reader.meanReturns(generation: 1)
        #expect(first.best == fitnesses.max() && first.worst == fitnesses.min())
        #expect(first.sigma == 0.291)
        // Every second generation, and at the end.
        let evaluations = try reader.evaluations()
        #expect(evaluations.map(\.generation) == [2, 4, 5])
        #expect(evaluations.allSatisfy { $0.episodes == 3 && $0.parameters.count == 5 })
        let best = try #require(evaluations.max { $0.mean < $1.mean })
        #expect(run.controllers.last?.digest == best.digest)
        #expect(try reader.rolloutCount(purpose: .training) == 60)
        #expect(try reader.rolloutCount(purpose: .evaluation) == 9)
        #expect(try reader.workers().map(\.rollouts) == [69])
    }

    @Test func `a cap on the steps follows the last generation's mean, in training alone`()
        async throws
    {
        let caps = Mutex<[String: Set<Int?>]>([:])
        let service = ToyService { task, parameters in
            let key = task.name.purpose == .training ? "\(task.name.generation)" : "evaluation"
            caps.withLock { _ = $0[key, default: []].insert(task.stepCap) }
            return ToyService.formula(task, parameters)
        }
        var given = TemporaryRun.given
        given["step-cap-factor"] = "3"
        let run = TemporaryRun()
        try await run.drive(generations: 2, service: service, given: given)
        // The toy's episodes have 10 steps: 3 * (10 + 1), also where the run was interrupted.
        try await run.drive(generations: 3, service: service, given: given)
        #expect(caps.withLock { $0 } == ["1": [nil], "2": [33], "3": [33], "evaluation": [nil]])
        // No cap beyond the limit that there is anyway.
        caps.withLock { $0 = [:] }
        given["max-steps"] = "33"
        try await TemporaryRun().drive(generations: 2, service: service, given: given)
        #expect(caps.withLock { $0["2"] } == [nil])
    }

    @Test func `the search goes uphill in return`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 30)
        let means = try RunReader(run.directory).generations().map(\.mean)
        let first = try #require(means.first)
        let last = try #require(means.last)
        #expect(last > first + 50, "\(first) -> \(last)")
    }

    @Test func `candidates of a generation share tracks that no evaluation uses`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 3)
        let reader = try RunReader(run.directory)
        var training: Set<UInt64> = []
        for generation in 1...3 {
            let rollouts = try reader.rollouts(generation: generation, purpose: .training)
            let tracks = Set(rollouts.map(\.episode.trackSeed))
            #expect(tracks.count == 2)
            #expect(training.isDisjoint(with: tracks))
            training.formUnion(tracks)
        }
        let second = try reader.rollouts(generation: 2, purpose: .evaluation)
            .map(\.episode.trackSeed)
        let third = try reader.rollouts(generation: 3, purpose: .evaluation)
            .map(\.episode.trackSeed)
        #expect(second == third && Set(second).count == 3)
        #expect(training.isDisjoint(with: second))
    }

    @Test func `digests know nothing of time, worker names or the order of arrival`() async throws {
        let one = TemporaryRun()
        let other = TemporaryRun()
        try await one.drive()
        try await other.drive(service: ToyService(worker: "somebody", reversed: true))
        #expect(try one.outcome() == other.outcome())
        let different = TemporaryRun()
        try await different.drive(
            given: TemporaryRun.given.merging(["seed": "8"]) { $1 })
        #expect(try one.outcome() != different.outcome())
    }

    @Test func `a target return ends the run at the evaluation that reaches it`() async throws {
        let run = TemporaryRun()
        let ending = try await run.drive(generations: 50, target: 700)
        guard case .target(700, let reached) = ending else {
            Issue.record("ended with \(ending)")
            return
        }
        #expect(reached >= 700)
        let count = try RunReader(run.directory).generations().count
        #expect(count < 50 && count.isMultiple(of: 2))
        // The same command again is done at once.
        let service = ToyService()
        #expect(try await run.drive(generations: 50, target: 700, service: service) == ending)
        #expect(service.driven.isEmpty)
    }

    @Test func `a candidate without a return ranks last and spoils no figure`() async throws {
        let run = TemporaryRun()
        let service = ToyService { task, parameters in
            task.name.candidate == 2 && task.name.repetition == 1 && task.name.purpose == .training
                ? .nan : ToyService.formula(task, parameters)
        }
        try await run.drive(generations: 2, service: service)
        let reader = try RunReader(run.directory)
        let last = try #require(try reader.lastGeneration())
        #expect(last.failed == 1 && last.mean.isFinite && last.worst.isFinite)
        #expect(try reader.meanReturns(generation: 2)[2].isNaN)
        #expect(
            try reader.rollouts(generation: 2, purpose: .training)[5].outcome.episodeReturn.isNaN)
    }

    @Test func `a generation in which nothing could be driven is passed over`() async throws {
        let run = TemporaryRun()
        let service = ToyService { task, parameters in
            task.name.generation == 2 && task.name.purpose == .training
                ? .nan : ToyService.formula(task, parameters)
        }
        #expect(try await run.drive(generations: 4, service: service) == .generations(4))
        let generations = try RunReader(run.directory).generations()
        #expect(generations.map(\.failed) == [0, 6, 0, 0])
        #expect(generations[1].best.isNaN && generations[2].best.isFinite)
    }

    @Test func `generations of which nothing can be driven end the run, which can go on`()
        async throws
    {
        let run = TemporaryRun()
        let broken = ToyService { task, parameters in
            task.name.purpose == .training ? .nan : ToyService.formula(task, parameters)
        }
        await #expect(throws: RunError.allFailed(generations: 3)) {
            try await run.drive(generations: 9, service: broken)
        }
        #expect(try RunReader(run.directory).generations().count == 3)
        #expect(try await run.drive(generations: 5) == .generations(5))
    }

    @Test func `a return counts by what the database can keep of it`() async throws {
        // SQLite keeps neither the sign of zero nor the bits of a NaN: were they to count, a
        // restarted coordinator would compute another digest than one that kept running.
        let odd = Double(bitPattern: 0x7ff8_0000_0000_1234)
        func service(_ zero: Double, _ nan: Double) -> ToyService {
            ToyService { task, parameters in
                switch task.name.candidate {
                case 0: zero
                case 1: nan
                default: ToyService.formula(task, parameters)
                }
            }
        }
        let one = TemporaryRun()
        let other = TemporaryRun()
        try await one.drive(generations: 2, service: service(0, .nan))
        try await other.drive(generations: 2, service: service(-0.0, odd))
        #expect(try one.outcome() == other.outcome())
    }

    @Test func `cost is minus return`() {
        #expect(Fitness.cost(900) == -900)
        #expect(Fitness.cost(.nan) == .infinity)
        #expect(Fitness.cost(-.infinity) == .infinity)
    }
}

extension TemporaryRun {
    /// Everything of a run that must not depend on how it came about.
    struct Outcome: Equatable {
        var generations: [[String]]
        var evaluations: [String]
        var state: Data?
        var controller: [Float]?
    }

    func outcome() throws -> Outcome {
        let reader = try RunReader(directory)
        return Outcome(
            generations: try reader.generations().map {
                [$0.stateDigest, $0.fitnessDigest, $0.best.description, $0.steps.description]
            },
            evaluations: try reader.evaluations().map(\.digest),
            state: try reader.latestState()?.state,
            controller: controllers.last?.parameters)
    }

    @Test func `the parameters of each generation's best candidate are kept`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 3)
        let reader = try RunReader(run.directory)
        for record in try reader.generations() {
            let best = try #require(try reader.bestCandidate(generation: record.generation))
            let rollouts = try reader.rollouts(generation: record.generation, purpose: .training)
                .filter { $0.name.candidate == best.candidate }
            // They are those that gave its returns.
            for rollout in rollouts {
                let value = ToyService.formula(rollout.episode, best.parameters)
                #expect(rollout.outcome.episodeReturn == value)
            }
            let returns = try reader.meanReturns(generation: record.generation)
            #expect(returns[best.candidate] == returns.max())
        }
        try reader.verify()
    }

    @Test func `a generation without a return has no best candidate`() async throws {
        let run = TemporaryRun()
        await #expect(throws: RunError.self) {
            try await run.drive(service: ToyService { _, _ in .nan })
        }
        let reader = try RunReader(run.directory)
        #expect(try reader.generations().count == 3)
        #expect(try reader.bestCandidate(generation: 1) == nil)
    }
}
