// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

/// Runs whose generations M dreams.
struct DreamRunTests {
    /// Options of a run that dreams.
    static func given(_ options: [String: String]) -> [String: String] {
        TemporaryRun.given.merging(options) { $1 }
    }

    /// At which temperatures the generations' and the evaluations' episodes were asked for, and with
    /// which caps and paces.
    private final class Witness: Sendable {
        struct Asked: Hashable {
            var temperature: Double?
            var cap: Int?
            var hasPace: Bool
        }

        private let seen = Mutex<[String: Set<Asked>]>([:])

        var asked: [String: Set<Asked>] { seen.withLock { $0 } }

        func service() -> ToyService {
            ToyService { [self] episode, parameters in
                let name = episode.name
                let key = name.purpose == .training ? "\(name.generation)" : "evaluation"
                let asked = Asked(
                    temperature: episode.dreamTemperature, cap: episode.stepCap,
                    hasPace: episode.pace != nil)
                seen.withLock { _ = $0[key, default: []].insert(asked) }
                return ToyService.formula(episode, parameters)
                    + 100 * (episode.dreamTemperature ?? 0)
            }
        }

        func temperatures(_ generations: Int) -> [Double?] {
            (1...generations).map { generation in
                asked["\(generation)"]?.first?.temperature
            }
        }
    }

    @Test(
        arguments: [
            ("1", "0.5", [0.5, 0.5, 0.5, 0.5]), ("0", "0.5", [nil, nil, nil, nil]),
            ("0.5", "1,2@4", [nil, 1, nil, 2]), ("1,0@3", "0,1.5@2", [0, 1.5, nil, nil]),
            ("0.25", "1", [nil, nil, nil, 1]), ("0.75", "1", [nil, 1, 1, 1]),
        ] as [(String, String, [Double?])])
    func `generations are dreamt by their share, at their temperature, and evaluations never`(
        share: String, temperature: String, expected: [Double?]
    ) async throws {
        let (run, witness) = (TemporaryRun(), Witness())
        let given = Self.given(["dream-share": share, "temperature": temperature])
        try await run.drive(generations: 4, service: witness.service(), given: given)
        #expect(witness.temperatures(4) == expected)
        #expect(witness.asked.values.allSatisfy { $0.count == 1 })
        #expect(witness.asked["evaluation"]?.first?.temperature == nil)
        let reader = try RunReader(run.directory)
        let records = try reader.generations()
        #expect(records.map { $0.isDream ? $0.dreamTemperature : nil } == expected)
        // Of 6 candidates on 2 tracks, with 10 steps each.
        let dreamt = expected.count { $0 != nil }
        #expect(records.map(\.dreamSteps) == expected.map { $0 == nil ? 0 : 120 })
        #expect(try reader.totalSteps() == 120 * (4 - dreamt))
        #expect(try reader.totalSteps(ofDreams: true) == 120 * dreamt)
        #expect(try reader.totalSteps(before: 1, ofDreams: true) == 0)
        let worker = try #require(try reader.workers().first)
        // Two evaluations of 3 tracks.
        #expect(worker.steps == 120 * (4 - dreamt) + 60 && worker.dreamSteps == 120 * dreamt)
        #expect(worker.rollouts == 54)
        // A dream's seed is no track's.
        #expect(try reader.tracks(purpose: .training).count == 2 * (4 - dreamt))
        for (index, temperature) in expected.enumerated() {
            let rollouts = try reader.rollouts(generation: index + 1, purpose: .training)
            #expect(rollouts.allSatisfy { $0.episode.dreamTemperature == temperature })
        }
        try reader.verify()
    }

    @Test func `dreams have a limit of their own, and what drives teach is not for dreams`()
        async throws
    {
        let (run, witness) = (TemporaryRun(), Witness())
        let given = Self.given([
            "dream-share": "0,1@3", "dream-steps": "200", "step-cap-factor": "3",
            "stop-after-steps-behind": "5", "hard-track-share": "0.5",
        ])
        try await run.drive(generations: 4, service: witness.service(), given: given)
        typealias Asked = Witness.Asked
        #expect(witness.asked["1"] == [Asked(temperature: nil, cap: nil, hasPace: false)])
        #expect(witness.asked["2"] == [Asked(temperature: nil, cap: 33, hasPace: true)])
        // The first of its kind knows nothing of the one before.
        #expect(witness.asked["3"] == [Asked(temperature: 1, cap: 200, hasPace: false)])
        #expect(witness.asked["4"] == [Asked(temperature: 1, cap: 33, hasPace: true)])
        #expect(witness.asked["evaluation"] == [Asked(temperature: nil, cap: nil, hasPace: false)])
        let reader = try RunReader(run.directory)
        #expect(try reader.generations().map(\.hardTracks) == [0, 1, 0, 0])
        #expect(try reader.trackFailures(generation: 3).isEmpty)
        #expect(try !reader.trackFailures(generation: 2).isEmpty)
    }

    @Test func `what is to come may be dreamt or driven as one likes, what was stays`() async throws
    {
        let run = TemporaryRun()
        try await run.drive(generations: 1, given: TemporaryRun.given)
        let bank = String(repeating: "a", count: 64)
        let dreams = Self.given(["dream-share": "0,1@3", "dream-starts-sha256": bank])
        try await run.drive(generations: 3, given: dreams)
        let reader = try RunReader(run.directory)
        #expect(try reader.generations().map(\.isDream) == [false, false, true])
        #expect(try reader.settings().contains { $0 == ("dream-share", "0.0,1.0@3") })
        #expect(try reader.settings().contains { $0 == ("dream-starts-sha256", bank) })
        let other = dreams.merging(["dream-starts-sha256": bank.replacing("a", with: "b")]) { $1 }
        await #expect(
            throws: RunError.otherModel(
                file: run.directory.path + "/dream-starts.safetensors", stored: bank,
                found: bank.replacing("a", with: "b"))
        ) {
            try await run.drive(generations: 4, given: other)
        }
        await #expect(throws: RunError.self) {
            try await run.drive(generations: 4, given: Self.given(["dream-share": "1"]))
        }
        await #expect(throws: RunError.self) {
            try await run.drive(
                generations: 4,
                given: dreams.merging(["temperature": "0.5"]) { $1 })
        }
    }

    @Test(arguments: [
        ("dream-share", "1.5"), ("dream-share", "-1"), ("temperature", "-0.1"),
        ("temperature", "nan"), ("temperature", "101"), ("dream-steps", "-1"),
    ])
    func `a setting that is none is refused by its name`(name: String, value: String) {
        let error = #expect(throws: RunError.self) {
            _ = try RunSettings(given: [name: value], path: "x")
        }
        #expect(error?.description.hasPrefix("\(name) \(value): expected ") == true)
    }

    @Test func `a stored dream is not taken for a drive`() async throws {
        let run = TemporaryRun()
        let given = Self.given(["dream-share": "1"])
        try await run.drive(generations: 1, given: given)
        let stored = try RunReader(run.directory).rollouts(generation: 1, purpose: .training)
        // The first of the next generation, as a drive.
        do {
            let store = try RunStore(run.directory, holder: "test")
            var foreign = stored[0]
            foreign.episode.name.generation = 2
            foreign.episode.dreamTemperature = nil
            foreign.episode.trackSeed = GenerationPlan(try RunSettings(given: given, path: "x"))
                .trainingSeed(generation: 2, repetition: 0)
            try store.append([foreign], arrived: Date())
        }
        let error = await #expect(throws: RunError.self) {
            try await run.drive(generations: 2, given: given)
        }
        #expect(error?.description.contains("of a dream and not of a drive") == true)
    }
}
