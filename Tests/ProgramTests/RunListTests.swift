// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import Foundation
import Pictures
import RunReports
import RunStore
import TerminalOutput
import TestSupport
import Testing

@testable import worldmodels

/// What inspect lists of rollouts and tracks, and what it draws of several runs.
struct RunListTests {
    private let scratch: TemporaryDirectory
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws { scratch = try TemporaryDirectory() }

    private func result(
        _ repetition: Int, _ value: Double, end: EpisodeEnd = .lapCompleted
    ) -> EpisodeResult {
        EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: .training, generation: 1, candidate: 0, repetition: repetition),
                trackSeed: .max - UInt64(repetition)),
            outcome: EpisodeOutcome(
                episodeReturn: value, steps: 100, tilesVisited: 7, trackTiles: 300, end: end),
            driver: EpisodeDriver(name: "a, \"b\"/1", fingerprint: "cpu"), seconds: 0.25,
            coreSeconds: repetition == 0 ? 0.125 : nil)
    }

    private func run(_ name: String, evaluated: Bool = true) throws -> RunDirectory {
        let directory = RunDirectory(path: scratch.file(name).path)
        let store = try RunStore(directory, holder: "test")
        try store.begin(
            identifier: name, program: "p", settings: [], state: Data(), created: Self.noon)
        try store.append(
            [
                result(0, 900.5), result(1, -20, end: .leftPlayfield),
                result(2, .nan, end: .setAside),
            ], arrived: Self.noon)
        for generation in 1...3 {
            var record = GenerationRecord(
                generation: generation, candidates: 1, tracks: 3, finished: Self.noon)
            record.mean = Double(100 * generation)
            record.steps = 1_000_000
            try store.finish(record, meanReturns: [1], state: Data())
            guard evaluated else { continue }
            try store.record(
                EvaluationRecord(
                    generation: generation, episodes: 1, mean: Double(500 + generation),
                    standardDeviation: 1, steps: 1, seconds: 1, parameters: [], digest: "",
                    finished: Self.noon))
        }
        return directory
    }

    @Test func `rollouts have their seeds as the program takes them, in each form`() throws {
        let reader = try RunReader(try run("a"))
        let rollouts = try reader.rollouts(generation: 1, purpose: .training)
        let columns = RunColumns.rollouts
        let csv = ReportColumn.csv(rollouts, columns).split(separator: "\n")
        #expect(csv.count == 3)
        #expect(
            csv[0] == """
                training,1,0,0,18446744073709551615,900.5,100,7,300,lapCompleted,"a, ""b""/1",0,,false,\
                0.25,0.125,
                """)
        #expect(csv[2].hasPrefix("training,1,0,2,18446744073709551613,,100,"))
        #expect(csv[2].hasSuffix(",0.25,,"))
        var dream = rollouts[0]
        dream.episode.dreamTemperature = 1.3
        #expect(ReportColumn.csv([dream], columns).hasSuffix(",0.125,1.3\n"))
        let json = try ReportColumn.json(rollouts, columns).split(separator: "\n")
        let objects = try json.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(
            objects.map { $0["track"] as? String }
                == ["18446744073709551615", "18446744073709551614", "18446744073709551613"])
        #expect(objects[0]["trackTiles"] as? Int == 300 && objects[2]["return"] == nil)
        let table = ReportColumn.table(rollouts, columns).plainLines
        #expect(table[0].contains("core seconds") && table[1].contains("18446744073709551615"))
        #expect(
            ReportColumn<EpisodeResult>.csvHeader(columns).split(separator: ",").count
                == columns.count)
    }

    @Test func `the hardest track comes first, with how it ended`() throws {
        let reader = try RunReader(try run("a"))
        let csv = ReportColumn.csv(try reader.tracks(), RunColumns.tracks)
            .split(separator: "\n").map(String.init)
        #expect(
            csv == [
                "18446744073709551614,training,1,-20.0,,-20.0,-20.0,0,1,0,0,0,0,0,0",
                "18446744073709551615,training,1,900.5,,900.5,900.5,1,0,0,0,0,0,0,0",
                "18446744073709551613,training,1,,,,,0,0,0,0,0,0,1,0",
            ])
    }

    @Test func `several runs are one plot, told apart by marks`() throws {
        let reports = try ["a", "b", "c"].map { try RunReport(try run($0)) }
        let plots = RunPlots(reports: reports, overSteps: false)
        let lines = plots.lines(width: 100, height: 30)
        #expect(lines.first == "mean return on the evaluation tracks")
        let legend = try #require(lines.last)
        for (mark, name) in [("●", "a"), ("△", "b"), ("■", "c")] {
            #expect(legend.contains("\(mark) \(name)"), "\(legend)")
        }
        #expect(lines.dropLast().joined().contains("■"))
        #expect(plots.picture.series.map(\.name) == ["a", "b", "c"])
        #expect(plots.picture.series[1].points.map(\.y) == [501, 502, 503])
        let overSteps = RunPlots(reports: reports, overSteps: true)
        #expect(overSteps.picture.series[0].points.map(\.x) == [1, 2, 3])
    }

    @Test func `runs without evaluations are compared by their averages, by paths of one name`()
        throws
    {
        let reports = [
            try RunReport(try run("x/run")), try RunReport(try run("y/run", evaluated: false)),
        ]
        let plots = RunPlots(reports: reports, overSteps: false)
        #expect(plots.quantity == .average)
        #expect(plots.picture.series.map(\.name) == reports.map(\.path))
        #expect(plots.picture.series[0].points.map(\.y) == [100, 200, 300])
    }

    @Test func `who watches sees how far the run is, as much as fits`() throws {
        let report = try RunReport(try run("a"))
        let lines = report.watched(rows: 30)
        #expect(lines[0].contains("generation 3") && lines[0].contains("best evaluation 503.0"))
        #expect(lines.count <= 30)
    }

    @Test(arguments: [
        ["a", "b"], ["a", "--rollouts", "--tracks"], ["a", "--csv", "--plot"], ["a", "--steps"],
        ["a", "--generation", "3"], ["a", "--watch", "--json"], ["a", "--rollouts", "--png", "p"],
        ["a", "b", "--tensorboard", "d"], ["a", "--tracks", "--tensorboard", "d"], [],
        Array(repeating: "a", count: RunPlots.limit + 1) + ["--plot"],
    ])
    func `what does not go together is refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try InspectCommand.parse(arguments) }
    }
}
