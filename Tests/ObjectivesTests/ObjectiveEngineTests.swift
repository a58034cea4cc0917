// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Objectives
import TestSupport
import Testing

@Suite(.inTurn())
struct ObjectiveEngineTests {
    /// Answers with the first parameter.
    private static let echo = """
        while read -r line; do
            x=${line##*'"parameters":['}
            echo "{\\"return\\": ${x%%[],]*}}"
        done
        """

    private func episode(_ candidate: Int) -> Episode {
        Episode(
            name: EpisodeName(
                purpose: .training, generation: 1, candidate: candidate, repetition: 0),
            trackSeed: 5, vector: candidate)
    }

    private func finish(_ engine: ObjectiveEngine, _ count: Int) throws -> [FinishedEpisode] {
        var finished: [FinishedEpisode] = []
        while finished.count < count {
            try engine.step()
            finished += engine.takeFinished()
        }
        return finished
    }

    @Test(arguments: ParameterPrecision.allCases)
    func `parameters arrive with the bits of their precision`(
        precision: ParameterPrecision
    ) throws {
        let engine = ObjectiveEngine(
            command: Self.echo,
            settings: ObjectiveSettings(dimension: 2, precision: precision, sense: .return),
            slots: 1)
        for value in [0.1, -0.0, 1.0 / 3, .leastNonzeroMagnitude, 1e300, .pi] {
            let words = precision.words([value, 1])
            try engine.submit(episode(0), parameters: words, ticket: 1)
            let outcome = try finish(engine, 1)[0].outcome.get()
            let expected = precision == .float64 ? value : Double(Float(value))
            if expected.isFinite {
                #expect(outcome.episodeReturn.bitPattern == expected.bitPattern)
                #expect(outcome.end == .answered)
            } else {
                // Beyond single precision: JSON has no infinity.
                #expect(outcome.end == .noValue && outcome.episodeReturn.isNaN)
            }
        }
    }

    @Test func `each slot has a process, and one that takes long keeps no other`() throws {
        let place = try TemporaryDirectory()
        let gate = place.path + "/gate"
        let command = """
            while read -r line; do
                case "$line" in *'"candidate":0,'*)
                    while [ ! -e '\(gate)' ]; do sleep 0.01; done ;;
                esac
                echo '{"cost": 1}'
            done
            """
        let engine = ObjectiveEngine(
            command: command, settings: ObjectiveSettings(dimension: 1), slots: 2)
        let words = ParameterPrecision.float64.words([1])
        try engine.submit(episode(0), parameters: words, ticket: 10)
        try engine.submit(episode(1), parameters: words, ticket: 11)
        #expect(engine.freeSlots == 0)
        #expect(try finish(engine, 1).map(\.ticket) == [11])
        try engine.submit(episode(2), parameters: words, ticket: 12)
        #expect(try finish(engine, 1).map(\.ticket) == [12])
        #expect(FileManager.default.createFile(atPath: gate, contents: nil))
        let last = try finish(engine, 1)
        #expect(last.map(\.ticket) == [10])
        #expect(try last[0].outcome.get().episodeReturn == -1)
    }

    @Test func `a value the other way up and parameters of another count are failures`() throws {
        let engine = ObjectiveEngine(
            command: Self.echo, settings: ObjectiveSettings(dimension: 1), slots: 1)
        try engine.submit(
            episode(0), parameters: ParameterPrecision.float64.words([1]), ticket: 1)
        guard case .failure(let failure) = try finish(engine, 1)[0].outcome else {
            Issue.record("a return was taken for a cost")
            return
        }
        #expect(failure.description.contains("gave a return, where the run wants a cost"))
        #expect(throws: EpisodeFailure.self) {
            try engine.submit(episode(0), parameters: [1], ticket: 1)
        }
        // As many words as two variables have.
        #expect(throws: EpisodeFailure.self) {
            try engine.submit(
                episode(0), parameters: ParameterPrecision.float64.words([1, 2]), ticket: 1)
        }
    }

    @Test func `a program that is missing ends the engine, one that fails later does not`() throws {
        let settings = ObjectiveSettings(dimension: 1)
        let words = ParameterPrecision.float64.words([1])
        let missing = ObjectiveEngine(command: "no-such-program", settings: settings, slots: 1)
        try missing.submit(episode(0), parameters: words, ticket: 1)
        #expect(throws: ObjectiveFailure.self) { try finish(missing, 1) }
        let late = ObjectiveEngine(
            command: "read -r line; echo '{\"cost\": 1}'; read -r line; exit 127",
            settings: settings, slots: 1)
        try late.submit(episode(0), parameters: words, ticket: 1)
        _ = try finish(late, 1)
        try late.submit(episode(0), parameters: words, ticket: 1)
        guard case .failure = try finish(late, 1)[0].outcome else {
            Issue.record("it answered")
            return
        }
    }

    @Test func `a host's own limit counts where the run allows more`() throws {
        let settings = ObjectiveSettings(dimension: 1, limits: ObjectiveLimits(seconds: 600))
        let make = try ObjectiveWork.engines(
            command: "sleep 600", work: .objective(settings: settings.encoded()),
            limits: ObjectiveLimits(seconds: 0.2))
        let engine = try #require(try make(1) as? ObjectiveEngine)
        try engine.submit(
            episode(0), parameters: ParameterPrecision.float64.words([1]), ticket: 1)
        guard case .failure(let failure) = try finish(engine, 1)[0].outcome else {
            Issue.record("it answered")
            return
        }
        #expect(failure.description.contains("no answer within 0.2 s"))
    }

    @Test func `an outcome that no objective can have is named`() {
        let good = EpisodeOutcome(ObjectiveAnswer(.cost, 1))
        #expect(ObjectiveSettings.problem(with: good) == nil)
        #expect(
            ObjectiveSettings.problem(with: EpisodeOutcome(ObjectiveAnswer(.cost, nil))) == nil)
        var wrong = [good, good, good, good]
        wrong[0].end = .setAside
        wrong[1].steps = 2
        wrong[2].trackTiles = 1
        wrong[3].fileDigest = [1]
        for outcome in wrong { #expect(ObjectiveSettings.problem(with: outcome) != nil) }
    }

    @Test func `settings come out as they went in, and others are refused`() throws {
        let settings = ObjectiveSettings(
            dimension: 3, precision: .float32, sense: .return,
            limits: ObjectiveLimits(seconds: 2, memoryBytes: 1 << 20))
        #expect(try ObjectiveSettings(settings.encoded()) == settings)
        for _ in 0..<20 { #expect(try settings.encoded() == settings.encoded()) }
        #expect(throws: ObjectiveSettings.Unreadable.self) {
            try ObjectiveSettings(Data("{}".utf8))
        }
        var wrong = [settings, settings, settings, settings]
        wrong[0].dimension = 0
        wrong[1].limits.seconds = 1e300
        wrong[2].limits.seconds = -1
        wrong[3].limits.memoryBytes = -1
        for settings in wrong {
            let data = try settings.encoded()
            #expect(throws: ObjectiveSettings.Unreadable.self) { try ObjectiveSettings(data) }
        }
        #expect(throws: ObjectiveWork.Failure.isNone) {
            _ = try ObjectiveWork.engines(command: "x", work: .score(settings: Data()))
        }
    }
}
