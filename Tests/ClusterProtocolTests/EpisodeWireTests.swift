// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import Testing

struct EpisodeWireTests {
    @Test func `what an objective says beside its value travels, as far as it may`() throws {
        var outcome = EpisodeOutcome(
            episodeReturn: -0.5, steps: 1, tilesVisited: 0, trackTiles: 0, end: .answered,
            info: ["steps": 12, "lost\u{1b}": .pi, "bad": .infinity])
        guard case .outcome(let found) = try decoded(outcome) else {
            Issue.record("it does not pass")
            return
        }
        #expect(found == outcome)
        #expect(found.info == ["steps": 12, "lost\\u{1b}": .pi])
        outcome.info = [String(repeating: "x", count: WireLimits.infoNameBytes + 1): 1]
        #expect(throws: WireError.self) { _ = try decoded(outcome) }
        // No value is no number, and no other end may have none.
        outcome = EpisodeOutcome(
            episodeReturn: .nan, steps: 1, tilesVisited: 0, trackTiles: 0, end: .noValue)
        #expect(try decoded(outcome) == .outcome(outcome))
        outcome.end = .answered
        guard case .implausible = try decoded(outcome) else {
            Issue.record("an answer of NaN passes")
            return
        }
    }

    /// What becomes of an outcome on its way.
    private func decoded(_ outcome: EpisodeOutcome) throws -> LeasedResult.Report? {
        let frame = WorkerFrame(
            .results([LeasedResult(lease: 1, report: .outcome(outcome), seconds: 0)]))
        guard case .results(let results) = try WorkerFrame(decoding: frame.encoded()).message
        else { return nil }
        return results.first?.report
    }

    @Test func `episodes and the vectors they name come out as they went in`() throws {
        let name = EpisodeName(purpose: .evaluation, generation: 7, candidate: 0, repetition: 3)
        let sent = Assignments(
            vectors: [ParameterBits.encode([1, 2]), ParameterBits.encode([3])],
            assignments: [
                .init(lease: 5, episode: Episode(name: name, trackSeed: .max, vector: 1)),
                .init(
                    lease: 6,
                    episode: Episode(name: .recording(9), trackSeed: 1, stepCap: 40, vector: 0)),
                .init(
                    lease: 7,
                    episode: Episode(
                        name: name, trackSeed: 2, pace: Pace(perStep: 1.3, grace: 200))),
                .init(
                    lease: 8, episode: Episode(name: name, trackSeed: 3, dreamTemperature: 0)),
                .init(
                    lease: 9, episode: Episode(name: name, trackSeed: 4, dreamTemperature: 1.3)),
            ])
        let frame = CoordinatorFrame(.assignments(sent), run: "run", session: 3)
        #expect(try CoordinatorFrame(decoding: frame.encoded()) == frame)
        #expect(sent.parameters(of: sent.assignments[0].episode) == [3])
        var foreign = sent
        foreign.assignments[0].episode.vector = 2
        let bytes = CoordinatorFrame(.assignments(foreign), run: "", session: 0).encoded()
        #expect(throws: WireError.field("episode.vector", "is 2, where there are 2")) {
            try CoordinatorFrame(decoding: bytes)
        }
    }

    @Test(arguments: [(-1.0, 5), (.nan, 5), (.infinity, 5), (1, 0), (0, 5)])
    func `a pace that nobody can keep is refused`(perStep: Double, grace: Int) {
        let episode = Episode(
            name: .recording(9), trackSeed: 1, pace: Pace(perStep: perStep, grace: grace))
        let sent = Assignments(vectors: [], assignments: [.init(lease: 1, episode: episode)])
        let bytes = CoordinatorFrame(.assignments(sent), run: "", session: 0).encoded()
        #expect(throws: WireError.self) { try CoordinatorFrame(decoding: bytes) }
    }

    @Test(arguments: [-1.0, .nan, .infinity, 101])
    func `a temperature that there is not is refused`(temperature: Double) {
        let episode = Episode(
            name: .recording(9), trackSeed: 1, dreamTemperature: temperature)
        let sent = Assignments(vectors: [], assignments: [.init(lease: 1, episode: episode)])
        let bytes = CoordinatorFrame(.assignments(sent), run: "", session: 0).encoded()
        #expect(throws: WireError.field("episode.dream_temperature", "is \(temperature)")) {
            try CoordinatorFrame(decoding: bytes)
        }
    }

    @Test func `a dream's work and its end come out as they went in`() throws {
        let welcome = Welcome(
            models: [], work: .dream(settings: Data("{}".utf8)), heartbeatSeconds: 1)
        let frame = CoordinatorFrame(.welcome(welcome), run: "run", session: 3)
        #expect(try CoordinatorFrame(decoding: frame.encoded()) == frame)
        let outcome = EpisodeOutcome(
            episodeReturn: -3.5, steps: 12, tilesVisited: 0, trackTiles: 0, end: .dreamEnded)
        #expect(try decoded(outcome) == .outcome(outcome))
    }

    @Test func `parameters keep every bit, NaN payloads included`() {
        let values: [Float] = [0, -0.0, 1.5, .infinity, Float(bitPattern: 0x7fc1_2345)]
        let data = ParameterBits.encode(values)
        #expect(data.count == 20)
        #expect(Array(data[8..<12]) == [0, 0, 0xc0, 0x3f])
        #expect(ParameterBits.decode(data).map(\.bitPattern) == values.map(\.bitPattern))
        // A slice does not start at index 0.
        #expect(ParameterBits.decode(data[4..<12]).map(\.bitPattern) == [0x8000_0000, 0x3fc0_0000])
    }
}
