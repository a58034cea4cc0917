// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Rollouts
import Testing
import WorldModel

@testable import worldmodels

struct EvaluationFormTests {
    @Test(arguments: ControllerMapping.allCases)
    func `an evaluation shows the controller's form as text and as JSON`(
        mapping: ControllerMapping
    ) throws {
        let outcome = EpisodeOutcome(
            episodeReturn: 740.5, steps: 1000, tilesVisited: 250, trackTiles: 300, end: .timeLimit)
        let report = EvaluationReport(
            outcomes: [outcome, outcome], seeds: [0, 1], isZero: false,
            settings: RolloutSettings(mapping: mapping, inputs: .latent, latent: .sampled),
            numericPath: "tests", seconds: 1)
        let form = "mapping \(mapping.rawValue), inputs z, latent sampled"
        #expect(report.text.hasPrefix("controller: \(form)\n"))
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
        let fields = try #require(json as? [String: Any])
        #expect(fields["controllerMapping"] as? String == mapping.rawValue)
        #expect(fields["controllerInputs"] as? String == "z")
        #expect(fields["latent"] as? String == "sampled")
    }

    @Test func `an evaluation says what is not the paper's: a hidden layer, sizes, colours`() throws
    {
        let outcome = EpisodeOutcome(
            episodeReturn: 740.5, steps: 1000, tilesVisited: 250, trackTiles: 300, end: .timeLimit)
        let report = EvaluationReport(
            outcomes: [outcome], seeds: [0], isZero: false,
            settings: RolloutSettings(hiddenUnits: 40, domainRandomize: true),
            sizes: ModelSizes(latent: 16, hidden: 128), numericPath: "tests", seconds: 1)
        let form = "mapping paper, inputs zh, hidden layer of 40, latent mean, z 16, h 128"
        #expect(report.text.hasPrefix("controller: \(form)\n"))
        #expect(report.text.contains("1 tracks, each with colours of its own, antialiasing off"))
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
        let fields = try #require(json as? [String: Any])
        #expect(fields["controllerHidden"] as? Int == 40)
        #expect(fields["latentSize"] as? Int == 16 && fields["hiddenSize"] as? Int == 128)
        #expect(fields["domainRandomize"] as? Bool == true)
    }
}
