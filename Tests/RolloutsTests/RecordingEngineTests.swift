// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacingRendering
import Episodes
import Foundation
import Testing
import WorldModel

@testable import Rollouts

struct RecordingEngineTests {
    private func agent(_ values: [Float]? = nil) throws -> RecordingAgent {
        (
            try Shared.models.get(),
            ControllerParameters(latent: .sampled, values: values ?? Shared.batch(1).vectors[0])
        )
    }

    private func record(
        _ settings: RecordingSettings, _ count: Int, environments: Int, _ agent: RecordingAgent
    ) throws -> [FinishedEpisode] {
        let engine = try CarRacingEngine(
            recording: settings, agent: agent, environments: environments)
        return try engine.run(
            EpisodeBatch(
                vectors: [],
                episodes: (0..<count).map { Episode(name: .recording($0), trackSeed: 0) }))
    }

    @Test(arguments: DrivingPolicy.allCases)
    func `a file's bytes do not depend on how many are recorded at once`(
        policy: DrivingPolicy
    ) throws {
        let settings = RecordingSettings(policy: policy, steps: 7, seed: 5)
        let alone = try record(settings, 5, environments: 1, agent())
        let together = try record(settings, 5, environments: 3, agent())
        #expect(together.map(\.file) == alone.map(\.file))
        #expect(Set(alone.map(\.file)).count == 5)
        for (first, second) in zip(alone, together) {
            #expect(try first.outcome.get() == second.outcome.get())
        }
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npz")
        defer { try? FileManager.default.removeItem(at: url) }
        try #require(alone[0].file).write(to: url)
        let rows = try RolloutFile(contentsOf: url)
        let outcome = try alone[0].outcome.get()
        #expect(rows.length == 7 && outcome.steps == 7 && outcome.end == .timeLimit)
        #expect(abs(Double(rows.rewards.reduce(0, +)) - outcome.episodeReturn) < 1e-4)
    }

    @Test func `a driver with lapses holds wrong controls, and a driver without does not`() throws {
        /// The longest stretch of equal steering that is not at its stop.
        func longest(_ policy: DrivingPolicy) throws -> Int {
            let settings = RecordingSettings(policy: policy, steps: 300, seed: 5)
            let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npz")
            defer { try? FileManager.default.removeItem(at: url) }
            var most = 0
            for finished in try record(settings, 6, environments: 6, agent()) {
                try #require(finished.file).write(to: url)
                let rows = try RolloutFile(contentsOf: url)
                var (length, last) = (0, Float.nan)
                for step in 0..<rows.length {
                    let steering = rows.actions[3 * step]
                    length = steering == last && abs(steering) < 1 ? length + 1 : 1
                    last = steering
                    most = max(most, length)
                }
            }
            return most
        }
        #expect(try longest(.explorer) >= 5)
        #expect(try longest(.driver) < 5)
    }

    @Test func `recordings have smooth edges where the settings say so`() throws {
        let plain = RecordingSettings(policy: .driver, steps: 30, seed: 5)
        var smooth = plain
        smooth.antialiasing = .samples4
        let told = try JSONDecoder().decode(RecordingSettings.self, from: smooth.encoded())
        #expect(told == smooth)
        let one = try record(plain, 1, environments: 1, agent())
        let other = try record(told, 1, environments: 1, agent())
        #expect(one[0].file != other[0].file)
        #expect(try one[0].outcome.get() == other[0].outcome.get())
    }

    @Test func `a file has every step of its own episode`() throws {
        var sink = FileSink(slots: 2)
        for slot in 0..<2 { try sink.begin(slot) }
        for step in 0..<70 {
            for slot in 0..<2 {
                let pixels = (0..<Encoder.imageBytes).map { UInt8(($0 * step) >> 6 & 255) }
                let result = EnvironmentStep(
                    reward: Double(step), end: step == 69 ? .lapCompleted : nil)
                try sink.didStep(
                    slot, observation: pixels, action: [Float(step), Float(slot), 1], result: result
                )
            }
        }
        let outcome = EpisodeOutcome(
            episodeReturn: 0, steps: 70, tilesVisited: 0, trackTiles: 0, end: .lapCompleted)
        for slot in 0..<2 {
            let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npz")
            defer { try? FileManager.default.removeItem(at: url) }
            try #require(try sink.end(slot, outcome)).write(to: url)
            let rows = try RolloutFile(contentsOf: url)
            #expect(rows.rewards == (0..<70).map { Float($0) })
            #expect(rows.terminals == (0..<70).map { $0 == 69 })
            #expect(rows.actions == (0..<70).flatMap { [Float($0), Float(slot), 1] })
            for step in [0, 31, 32, 69] {
                #expect(rows.observations[step * Encoder.imageBytes + 64] == UInt8(step))
            }
        }
    }

    @Test func `an action that is not finite fails its recording alone`() throws {
        let settings = RecordingSettings(policy: .controller, steps: 7)
        let broken = try record(
            settings, 2, environments: 2, agent([Float](repeating: .nan, count: 867)))
        for finished in broken {
            #expect(finished.file == nil)
            let failure = #expect(throws: EpisodeFailure.self) { try finished.outcome.get() }
            #expect(failure?.description.hasPrefix("action (nan, nan, nan) is not finite") == true)
        }
        #expect(throws: EpisodeFailure.self) {
            try DatasetRecorder(settings, agent: agent([Float](repeating: .nan, count: 867)))
                .record([0], to: URL(filePath: "/nonexistent"))
        }
    }

    @Test func `a work of another kind, or out of range, is refused by name`() throws {
        let engine = try CarRacingEngine(
            recording: RecordingSettings(policy: .white, steps: 3), agent: nil, environments: 1)
        #expect(throws: EpisodeFailure("a task that does not go with the run's settings")) {
            try engine.submit(.shown(trackSeed: 1), parameters: [], ticket: 0)
        }
        let rollouts = String(
            decoding: try JSONEncoder().encode(RolloutSettings(stepsWithoutTile: 5)), as: UTF8.self)
        let recordings = String(
            decoding: try RecordingSettings(policy: .white, steps: 5, seed: 7).encoded(),
            as: UTF8.self)
        // What is changed below is all that is wrong.
        _ = try CarRacingWork.engines(
            models: [:], work: .record(settings: Data(recordings.utf8)))
        let changes = [
            ("\"white\"", "\"none\""), ("\"steps\":5", "\"steps\":0"),
            ("\"steps\":5", "\"steps\":20001"),
            ("\"steps\":5", "\"steps\":4611686018427387904"), ("\"seed\":7", "\"seed\":-1"),
        ].map { recordings.replacing($0, with: $1) }
        #expect(!changes.contains(recordings))
        let works: [Work] =
            (["", "[]", "{}", rollouts] + changes).map { .record(settings: Data($0.utf8)) }
            + [
                "", "{}", recordings,
                rollouts.replacing("\"timeLimit\":1000", with: "\"timeLimit\":0"),
                rollouts.replacing("\"timeLimit\":1000", with: "\"timeLimit\":4611686018427387904"),
                rollouts.replacing("\"stepsWithoutTile\":5", with: "\"stepsWithoutTile\":0"),
                rollouts.replacing("\"stepsWithoutTile\":5", with: "\"stepsWithoutTile\":1000001"),
                rollouts.replacing("0.95", with: "1.5"), rollouts.replacing("0.95", with: "-1"),
                rollouts.replacing("\"zh\"", with: "\"x\""),
            ].map { .score(settings: Data($0.utf8)) }
        for work in works {
            let failure = #expect(throws: CarRacingWork.Failure.self, "\(work)") {
                _ = try CarRacingWork.engines(models: [:], work: work)
            }
            guard case .settings = failure else {
                Issue.record("\(String(describing: failure)) for \(work)")
                continue
            }
        }
        #expect(throws: CarRacingWork.Failure.missingModel("vae")) {
            _ = try CarRacingWork.engines(
                models: [:], work: .score(settings: Data(rollouts.utf8)))
        }
        let controlled = try RecordingSettings(policy: .controller, steps: 5).encoded()
        #expect(throws: CarRacingWork.Failure.missingModel("controller")) {
            _ = try CarRacingWork.engines(models: [:], work: .record(settings: controlled))
        }
    }

    @Test func `a film shows the episode that an engine scores`() throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "film-\(UUID().uuidString).gif")
        defer { try? FileManager.default.removeItem(at: file) }
        let batch = Shared.batch(1)
        let settings = RolloutSettings(timeLimit: 8)
        let models = try Shared.models.get()
        let filmed = try FilmSink.film(
            to: file, models: models,
            controller: ControllerParameters(values: batch.vectors[0]), trackSeed: 0,
            settings: settings)
        let scored = try CarRacingEngine(scoring: settings, models: models, environments: 1)
            .run(batch)
        #expect(try scored[0].outcome.get() == filmed)
        #expect(try Data(contentsOf: file).starts(with: Data("GIF89a".utf8)))
    }
}
