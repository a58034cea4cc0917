// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore
import SeededRandom
import TestSupport
import Testing

@testable import Search

/// Who drives further tracks, and what the others' returns there are taken for.
struct RaceTests {
    /// Candidates 10 apart, on tracks of their own difficulty, with noise of a deviation.
    private func returns(
        _ count: Int, tracks: Int, noise: Double, step: Double = 10
    ) -> [[Double]] {
        var generator = PCG64(seed: 3)
        let effects = (0..<tracks).map { _ in generator.uniform(-300, 300) }
        return (0..<count).map { candidate in
            effects.map { 500 - step * Double(candidate) + $0 + noise * generator.normalPair().0 }
        }
    }

    /// Races through to its end.
    private func race(_ race: Race, _ all: [[Double]]) -> Race.Plan {
        var plan = race.plan(all.map { _ in [] })
        while !plan.isDecided {
            plan = race.plan(zip(all, plan.tracks).map { Array($0.prefix($1)) })
        }
        return plan
    }

    @Test func `without noise nobody drives on, however hard the tracks are`() {
        let plan = race(
            Race(first: 2, tracks: 16, selected: 6), returns(12, tracks: 16, noise: 1e-6))
        #expect(plan.tracks == [Int](repeating: 2, count: 12))
    }

    @Test func `with noise those near the boundary drive on`() {
        let plan = race(
            Race(first: 4, tracks: 16, selected: 6), returns(12, tracks: 16, noise: 12))
        #expect(plan.tracks[0] == 4 && plan.tracks[11] == 4)
        #expect(plan.tracks[5] > 4 || plan.tracks[6] > 4)
        #expect(plan.tracks.allSatisfy { [4, 8, 16].contains($0) })
    }

    @Test func `where candidates do not differ all drive on to the end`() {
        let plan = race(
            Race(first: 4, tracks: 12, selected: 4), returns(8, tracks: 12, noise: 50, step: 0))
        #expect(plan.tracks.count { $0 == 12 } >= 4)
        #expect(plan.isDecided)
    }

    @Test func `no race: all candidates drive all tracks`() {
        for first in [0, 4, 9] {
            let race = Race(first: first, tracks: 4, selected: 3)
            #expect(race.plan([[], []]) == Race.Plan(tracks: [4, 4], isDecided: false))
            #expect(
                race.plan([[1, 2, 3, 4], [1, 2, 3, 4]])
                    == Race.Plan(tracks: [4, 4], isDecided: true))
        }
    }

    @Test func `who could not be driven is out, and its place is another's`() {
        var all = returns(6, tracks: 8, noise: 1e-6)
        all[0][1] = .nan
        let plan = race(Race(first: 2, tracks: 8, selected: 3), all)
        #expect(plan.tracks == [2, 2, 2, 2, 2, 2] && plan.isDecided)
        let nobody = [[Double]](repeating: [.nan, .nan], count: 6)
        #expect(race(Race(first: 2, tracks: 8, selected: 3), nobody).isDecided)
    }

    @Test func `what was not driven is filled in by candidate and track`() throws {
        // A return is the candidate's part plus the track's: 100, 200, 300 and 0, 10, 40, -20.
        let own = [100.0, 200, 300]
        let effects = [0.0, 10, 40, -20]
        let whole = own.map { part in effects.map { part + $0 } }
        let ragged = [Array(whole[0].prefix(2)), whole[1], Array(whole[2].prefix(2))]
        for (row, expected) in zip(Race.filled(ragged), whole) {
            #expect(row.count == 4)
            for (value, other) in zip(row, expected) { #expect(abs(value - other) < 1e-9) }
        }
        #expect(Race.filled(whole) == whole)
        let failed = Race.filled([[1, .nan], [1, 2, 3]])
        #expect(Fitness.mean(failed[0]).isNaN)
        #expect(failed[1] == [1, 2, 3])
    }

    @Test func `a race drives less and counts what it drove`() async throws {
        var given = TemporaryRun.given
        given["n-samples"] = "8"
        let plain = TemporaryRun()
        try await plain.drive(generations: 3, given: given)
        given["race-tracks"] = "0,2@2"
        given["step-cap-factor"] = "3"
        let run = TemporaryRun()
        try await run.drive(generations: 3, given: given)
        let records = try RunReader(run.directory).generations()
        #expect(records[0].rollouts == 48 && records[0].tracks == 8)
        // Without noise two tracks tell all.
        #expect(records[1].rollouts == 12 && records[1].tracks == 2 && records[1].steps == 120)
        let before = try RunReader(plain.directory).generations()
        #expect(before[0].fitnessDigest == records[0].fitnessDigest)
        // The ranks are the same, so the search is in the same state.
        #expect(before[2].stateDigest == records[2].stateDigest)
        #expect(before[2].fitnessDigest != records[2].fitnessDigest)
        try RunReader(run.directory).verify()
    }
}
