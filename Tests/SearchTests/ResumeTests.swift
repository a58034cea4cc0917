// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

/// The coordinator dies at every write, before and after its commit, and starts again.
struct ResumeTests {
    private struct Killed: Error {}

    /// Throws at the n-th write point it sees.
    private final class Killer: Sendable {
        private let seen = Mutex(0)
        private let victim: Int

        init(at victim: Int) { self.victim = victim }

        var count: Int { seen.withLock { $0 } }

        func pass() throws {
            let number = seen.withLock { seen in
                seen += 1
                return seen
            }
            if number == victim { throw Killed() }
        }
    }

    /// A service by which some finish their laps, and of which each track has luck of its own.
    private static func service(reversed: Bool = false) -> ToyService {
        ToyService(reversed: reversed, lap: 880) { episode, parameters in
            ToyService.formula(episode, parameters) + TemporaryRun.luck(episode, parameters)
        }
    }

    @Test(arguments: [
        TemporaryRun.given, TemporaryRun.withAllOptions,
        DreamRunTests.given(["dream-share": "0.5", "temperature": "0.5"]),
    ])
    func `a run killed at any write ends as the undisturbed one, bit for bit`(
        given: [String: String]
    ) async throws {
        let calm = TemporaryRun()
        try await calm.drive(generations: 3, service: Self.service(), given: given)
        let expected = try calm.outcome()
        var victim = 1
        while true {
            let killer = Killer(at: victim)
            let run = TemporaryRun()
            do {
                try await run.drive(
                    generations: 3, service: Self.service(), given: given,
                    rehearse: { _ in try killer.pass() })
                // It outlived every write point: all of them have been tried.
                #expect(killer.count < victim)
                break
            } catch is Killed {
                let service = Self.service(reversed: victim.isMultiple(of: 2))
                try await run.drive(generations: 3, service: service, given: given)
                let outcome = try run.outcome()
                #expect(outcome == expected, "killed at write point \(victim)")
            }
            victim += 1
        }
        #expect(victim > 12)
    }

    @Test func `a run killed at every generation needs no rollout twice`() async throws {
        let calm = TemporaryRun()
        try await calm.drive(generations: 4)
        let run = TemporaryRun()
        var driven: [EpisodeName: Int] = [:]
        for _ in 0..<20 {
            let service = ToyService()
            // Dies when the generation's row has been committed, before anything else happens.
            let ending = try? await run.drive(
                generations: 4, service: service,
                rehearse: { point in
                    if point.write == .generation && point.committed { throw Killed() }
                })
            driven.merge(service.driven) { $0 + $1 }
            if ending != nil { break }
        }
        #expect(try run.outcome() == calm.outcome())
        // Four generations of 6 candidates on 2 tracks, two evaluations of 3 tracks.
        #expect(driven.count == 54)
        #expect(driven.values.allSatisfy { $0 == 1 })
    }

    @Test func `a run stopped within a generation asks only for what is missing`() async throws {
        let calm = TemporaryRun()
        try await calm.drive(generations: 2)
        let run = TemporaryRun()
        let started = Task {
            try await run.drive(generations: 2) { event in
                // After 5 of the second generation's 12 results the user says stop.
                if case .result(let rollout, 5, _) = event, rollout.name.generation == 2,
                    rollout.name.purpose == .training
                {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        }
        #expect(try await started.value == .interrupted)
        let service = ToyService()
        try await run.drive(generations: 2, service: service)
        #expect(service.driven.count == 10)
        #expect(try run.outcome() == calm.outcome())
    }

    @Test func `a stored rollout on another track is not taken for its own`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 1)
        do {
            let store = try RunStore(run.directory, holder: "test")
            var foreign = try store.reader.rollouts(generation: 1, purpose: .training)[0]
            // Each generation has tracks of its own.
            foreign.episode.name.generation = 2
            try store.append([foreign], arrived: Date())
        }
        let error = await #expect(throws: RunError.self) { try await run.drive(generations: 2) }
        #expect(error?.description.contains("on a track of another seed") == true)
    }

    @Test func `what may change during a run is stored anew`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 1)
        let given = TemporaryRun.given.merging(["evaluate-every": "3"]) { $1 }
        try await run.drive(generations: 3, given: given)
        let settings = try RunReader(run.directory).settings()
        #expect(settings.contains { $0 == ("evaluate-every", "3") })
        #expect(try RunReader(run.directory).evaluations().map(\.generation) == [1, 3])
    }

    @Test func `a longer limit continues a finished run`() async throws {
        let calm = TemporaryRun()
        try await calm.drive(generations: 6)
        let run = TemporaryRun()
        try await run.drive(generations: 4)
        try await run.drive(generations: 6)
        #expect(try run.outcome() == calm.outcome())
    }

    @Test func `a run without a result may become another, one with results may not`()
        async throws
    {
        let run = TemporaryRun()
        let idle = ToyService { _, _ in 0 }
        // Told to stop before the first result.
        let stopped = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await run.drive(service: idle)
        }
        #expect(try await stopped.value == .interrupted)
        let other = TemporaryRun.given.merging(["sigma": "0.2"]) { $1 }
        try await run.drive(generations: 1, given: other)
        #expect(try RunReader(run.directory).settings().contains { $0 == ("sigma", "0.2") })
        await #expect(throws: RunError.self) {
            try await run.drive(generations: 2)
        }
    }
}
