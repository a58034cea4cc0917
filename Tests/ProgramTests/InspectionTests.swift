// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import ArgumentParser
import Foundation
import Pictures
import RunReports
import RunStore
import TestSupport
import Testing

@testable import worldmodels

/// A run of a few made-up generations.
private final class ShownRun: Sendable {
    private let scratch: TemporaryDirectory
    let directory: RunDirectory

    init(generations: Int = 3, spoiled: Int? = nil, dreamt: Set<Int> = []) throws {
        scratch = try TemporaryDirectory()
        directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        try store.begin(
            identifier: "r", program: "worldmodels 0.1.0",
            settings: [("pop-size", "2"), ("seed", "1")], state: Data(), created: start)
        for generation in 1...generations {
            let best = 100 * Double(generation)
            let digest = String(repeating: "\(generation % 10)", count: 64)
            let isSpoiled = spoiled == generation
            var record = GenerationRecord(
                generation: generation, candidates: 2, tracks: 4, finished: start)
            record.best = isSpoiled ? .nan : best
            record.mean = isSpoiled ? .nan : best - 50
            record.standardDeviation = 50
            record.worst = best - 100
            record.failed = isSpoiled ? 2 : 0
            record.sigma = 0.1
            record.steps = 1000
            if dreamt.contains(generation) { record.dreamTemperature = 1.3 }
            record.seconds = 2
            record.elapsed = 2 * Double(generation)
            record.workers = 1
            record.stateDigest = digest
            record.fitnessDigest = isSpoiled ? "bad" : digest
            try store.finish(record, meanReturns: [best, best - 100], state: Data())
            guard generation.isMultiple(of: 2) else { continue }
            try store.record(
                EvaluationRecord(
                    generation: generation, episodes: 16, mean: 77.25, standardDeviation: 8,
                    steps: 99, seconds: 1, parameters: [1, 2], digest: "e", finished: start))
        }
    }
}

struct InspectionTests {
    @Test func `the table has a line a generation and the plot a line a row`() throws {
        let run = try ShownRun()
        let text = try RunReport(run.directory).text()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let row = try #require(lines.first { $0.contains("222222222222") })
        for field in ["200.0", "150.0", "50.0", "2 x 4", "2000", "500", "00:04", "77.2 +- 8.0"] {
            #expect(row.contains(field), "\(field) in \(row)")
        }
        #expect(text.contains("best evaluation: 77.2 +- 8.0 over 16 tracks after generation 2"))
        #expect(lines.count { $0.contains("┤") || $0.contains(" │") } == 12)
        #expect(text.contains("◆"))
    }

    @Test func `what is a dream and what a drive is said wherever returns are shown`() throws {
        let (driven, dreamt) = (try ShownRun(), try ShownRun(dreamt: [1, 3]))
        // Its path may have any word in it.
        let plain = try RunReport(driven.directory).text()
        #expect(!plain.contains("dreams") && !plain.contains(", driven"))
        let report = try RunReport(dreamt.directory)
        let text = report.text()
        let rows = text.split(separator: "\n").filter { $0.contains(" 2 x 4 ") }
        #expect(rows.map { $0.contains("dreams at 1.3") } == [true, false, true])
        #expect(rows[1].contains("drives"))
        #expect(text.contains("candidates' average return in dreams"))
        #expect(text.contains("candidates' average return, driven"))
        #expect(text.contains("evaluation of the mean, driven"))
        #expect(report.generations.map(\.totalSteps) == [0, 1000, 1000])
        #expect(report.generations.map(\.totalDreamSteps) == [1000, 1000, 2000])
        let rest = RunPlots(reports: [report], overSteps: false)
        #expect(
            rest.picture.series.map(\.name) == [
                "candidates' average in dreams", "candidates' average, driven",
                "best candidate", "the mean on the evaluation tracks, driven",
            ])
        // Where a generation was dreamt and evaluated, what the dreams promised beyond the drives.
        let mixed = try ShownRun(dreamt: [1, 2])
        let both = RunPlots(reports: [try RunReport(mixed.directory)], overSteps: false)
        let gap = try #require(both.picture.series.last)
        #expect(gap.name == "gap: dreams less evaluation")
        #expect(gap.points.map(\.x) == [2] && gap.points.map(\.y) == [150 - 77.25])
        let header = try #require(report.csv.split(separator: "\n").first)
        let lines = report.csv.split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let column = try #require(
            header.split(separator: ",").firstIndex { $0 == "dream_temperature" })
        #expect(lines.map { $0[column] } == ["1.3", "", "1.3"])
    }

    @Test func `a long run lists its last generations unless all are wanted`() throws {
        let run = try ShownRun(generations: 40)
        let report = try RunReport(run.directory)
        #expect(report.text().contains("... and 10 earlier generations"))
        let whole = report.text(rows: nil)
        #expect(!whole.contains("earlier generations"))
        #expect(
            whole.split(separator: "\n").count == report.text().split(separator: "\n").count + 9)
    }

    @Test func `comma-separated values have a field for each column in every row`() throws {
        let run = try ShownRun(spoiled: 3)
        let rows = try RunReport(run.directory).csv.split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows.count == 4)
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        func column(_ name: String) throws -> [Substring] {
            let index = try #require(rows[0].firstIndex { $0 == name })
            return rows.dropFirst().map { $0[index] }
        }
        #expect(try column("evaluation_mean") == ["", "77.25", ""])
        #expect(try column("best") == ["100.0", "200.0", ""])
        #expect(try column("failed") == ["0", "0", "2"])
        #expect(try column("total_steps") == ["1000", "2000", "3000"])
    }

    @Test func `JSON leaves out what is no number`() throws {
        let run = try ShownRun(spoiled: 1)
        let data = try RunReport(run.directory).json()
        let object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let generations = try #require(object["generations"] as? [[String: Any]])
        #expect(generations.count == 3)
        #expect(generations[0]["best"] == nil && generations[0]["failed"] as? Int == 2)
        #expect(generations[1]["evaluationMean"] as? Double == 77.25)
        #expect(generations[2]["totalSteps"] as? Int == 3000)
        #expect(object["created"] as? String == "2027-01-15T08:00:00Z")
    }

    @Test func `who is in quarantine and how much is confirmed are shown`() throws {
        let run = try ShownRun()
        #expect(try !RunReport(run.directory).text().contains("in quarantine"))
        let store = try RunStore(run.directory, holder: "test")
        let noon = Date(timeIntervalSince1970: 1_800_000_000)
        for candidate in 0..<3 {
            try store.append(
                [
                    EpisodeResult(
                        episode: Episode(
                            name: EpisodeName(
                                purpose: .training, generation: 1, candidate: candidate,
                                repetition: 0), trackSeed: 1), outcome: .setAside,
                        isConfirmed: candidate > 0)
                ], arrived: noon)
        }
        for (party, ends) in [("key 1 at mars", noon + 3600), ("key 2", nil)] {
            try store.record(
                QuarantineRecord(
                    party: party, workers: ["mars/7"], reason: "it lied", time: noon, ends: ends))
        }
        let report = try RunReport(run.directory)
        let text = report.text()
        #expect(
            text.contains("confirmed by a second driver: 2 for the search, 0 for evaluations"))
        let lines = text.split(separator: "\n")
        let first = try #require(lines.first { $0.contains("key 1 at mars") })
        for field in ["2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z", "it lied"] {
            #expect(first.contains(field), "\(field) in \(first)")
        }
        #expect(lines.contains { $0.contains("key 2") && $0.contains("the run's end") })
        let object = try #require(
            try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        #expect(object["trainingRolloutsConfirmed"] as? Int == 2)
        #expect(object["evaluationRolloutsConfirmed"] as? Int == 0)
        let quarantines = try #require(object["quarantines"] as? [[String: Any]])
        #expect(quarantines.map { $0["party"] as? String } == ["key 1 at mars", "key 2"])
        #expect(quarantines.map { $0["ends"] != nil } == [true, false])
    }

    @Test func `JSON is one line`() throws {
        let run = try ShownRun()
        #expect(try !RunReport(run.directory).json().contains(UInt8(ascii: "\n")))
    }

    @Test func `numbers at the ends of their ranges are shown and trap nowhere`() throws {
        let scratch = try TemporaryDirectory()
        let store = try RunStore(RunDirectory(path: scratch.path), holder: "test")
        let now = Date()
        try store.begin(identifier: "r", program: "p", settings: [], state: Data(), created: now)
        for (generation, value) in [(1, -9e14), (1 << 39, .infinity), (1 << 40, 9e14)] {
            var record = GenerationRecord(
                generation: generation, candidates: 1 << 20, tracks: 1 << 20, finished: now)
            (record.best, record.mean, record.standardDeviation) = (value, -value, value)
            (record.steps, record.seconds, record.elapsed) = (1 << 40, 1e-300, -9e14)
            (record.sigma, record.workers) = (1e300, 1 << 40)
            try store.finish(record, meanReturns: [], state: Data())
            try store.record(
                EvaluationRecord(
                    generation: generation, episodes: 1 << 40, mean: -value,
                    standardDeviation: .infinity, steps: 1 << 40, seconds: 9e14, parameters: [],
                    digest: "", finished: .distantFuture))
        }
        let report = try RunReport(RunDirectory(path: scratch.path))
        #expect(report.text().contains("1099511627776"))
        #expect(report.csv.split(separator: "\n").count == 4)
        #expect(try report.json().count > 500)
    }

    @Test func `a comparison names the first generation that differs`() throws {
        func report(_ run: ShownRun) throws -> RunReport {
            try withExtendedLifetime(run) { try RunReport(run.directory) }
        }
        let one = try report(ShownRun(generations: 5))
        let longer = try report(ShownRun(generations: 7))
        let other = try report(ShownRun(generations: 5, spoiled: 4))
        #expect(RunComparison(one, longer) == .equal(generations: 5))
        #expect(RunComparison(one, other) == .returns(generation: 4))
    }

    @Test func `a release leaves its request, or says what there is to release`() throws {
        let run = try ShownRun()
        let path = run.directory.path
        let store = try RunStore(run.directory, holder: "test")
        func release(_ name: String) throws { try ReleaseCommand.parse([path, name]).run() }
        let none = #expect(throws: RunRelease.NoQuarantine.self) { try release("mars") }
        #expect(
            none?.errorDescription
                == "\(path): nobody named 'mars' is in quarantine; 'worldmodels inspect \(path)' lists"
                + " the quarantines")
        try store.record(
            QuarantineRecord(
                party: "key 1", workers: ["mars/7"], reason: "it lied", time: Date(), ends: nil))
        let other = #expect(throws: RunRelease.NoQuarantine.self) { try release("venus") }
        #expect(other?.description.hasSuffix("in quarantine, but 'key 1'") == true)
        try release("mars")
        #expect(try store.takeReleases(now: Date()) == ["key 1"])
        #expect(throws: RunStoreError.self) {
            try ReleaseCommand.parse([path + "/none", "mars"]).run()
        }
    }

    @Test func `what is wrong with a run is printed with what to do about it`() {
        let locked = RunStoreError.locked(path: "runs/a", holder: "process 3")
        #expect(
            locked.errorDescription
                == "runs/a: another coordinator drives this run (process 3); stop it first, or"
                + " choose another --logdir")
    }
}
