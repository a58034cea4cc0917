// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Rollouts
import TestSupport
import Testing

@testable import worldmodels

/// What `evaluate` says of many tracks.
struct EvaluationReportTests {
    private static func report(_ returns: [Double], worst: Int? = nil) -> EvaluationReport {
        EvaluationReport(
            outcomes: returns.map {
                EpisodeOutcome(
                    episodeReturn: $0, steps: 700, tilesVisited: 290, trackTiles: 300,
                    end: .lapCompleted)
            },
            seeds: returns.indices.map { UInt64.max - UInt64($0) }, isZero: false,
            settings: RolloutSettings(), numericPath: "a processor", seconds: 1, worst: worst)
    }

    @Test func `the worst tracks come by their return, in text and JSON`() throws {
        let report = Self.report([900, 100, 950, 100, 400], worst: 3)
        let seeds = [1, 3, 4].map { String(UInt64.max - UInt64($0)) }
        #expect(report.worst?.map(\.trackSeed) == seeds)
        let text = report.text
        let worst = try #require(text.range(of: "the worst:\n"))
        let lines = text[worst.upperBound...].split(separator: "\n")
        #expect(lines.count == 5)
        for (line, seed) in zip(lines.dropFirst(), seeds) { #expect(line.hasSuffix("  \(seed)")) }
        #expect(try jsonText(of: report).contains("\"worst\":[{"))
        let plain = Self.report([900, 100])
        #expect(!plain.text.contains("the worst"))
        #expect(try !jsonText(of: plain).contains("\"worst\""))
        #expect(Self.report([900, 100], worst: 9).worst?.count == 2)
    }

    @Test func `percentiles 1, 5 and 50 are said in text and JSON`() throws {
        let report = Self.report((0...200).map { Double($0) })
        #expect(report.text.hasSuffix("; percentiles 1, 5 and 50: 2.0, 10.0, 100.0\n"))
        #expect(
            try jsonText(of: report).contains("\"percentiles\":{\"p1\":2,\"p5\":10,\"p50\":100}"))
    }

    @Test func `films of the worst take no name that is taken`() throws {
        let scratch = try TemporaryDirectory()
        let path = scratch.file("films/deep").path
        let films = try WorstFilms(directory: path).files(of: Self.report([3, 1, 2], worst: 2))
        #expect(
            films.map(\.file.lastPathComponent)
                == ["worst-1-\(UInt64.max - 1).webm", "worst-2-\(UInt64.max - 2).webm"])
        #expect(films.map(\.seed) == [.max - 1, .max - 2])
        try Data().write(to: films[1].file)
        let error = #expect(throws: (any Error).self) { try WorstFilms(directory: path) }
        #expect("\(String(describing: error))".contains("worst-2-"))
    }
}
