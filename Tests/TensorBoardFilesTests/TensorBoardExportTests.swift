// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunReports
import RunStore
import TestSupport
import Testing

@testable import TensorBoardFiles

/// What TensorBoard is given of a run.
struct TensorBoardExportTests {
    private let scratch: TemporaryDirectory
    private let run: RunDirectory
    private let store: RunStore
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        scratch = try TemporaryDirectory()
        run = RunDirectory(path: scratch.file("run").path)
        store = try RunStore(run, holder: "test")
        try store.begin(
            identifier: "r1", program: "p",
            settings: [("pop-size", "2"), ("variant", "full"), ("sigma", "0.1")], state: Data(),
            created: Self.noon)
    }

    private var board: URL { scratch.file("board") }

    private func add(_ generation: Int, evaluated: Bool = false) throws {
        func result(_ purpose: Purpose, _ candidate: Int, _ repetition: Int) -> EpisodeResult {
            EpisodeResult(
                episode: Episode(
                    name: EpisodeName(
                        purpose: purpose, generation: generation, candidate: candidate,
                        repetition: repetition), trackSeed: 1),
                outcome: EpisodeOutcome(
                    episodeReturn: Double(100 * generation + 10 * candidate + repetition), steps: 9,
                    tilesVisited: 1, trackTiles: 2, end: .timeLimit))
        }
        let all = (0..<2).flatMap { candidate in (0..<3).map { (candidate, $0) } }
        try store.append(all.map { result(.training, $0.0, $0.1) }, arrived: Self.noon)
        var record = GenerationRecord(
            generation: generation, candidates: 2, tracks: 3,
            finished: Self.noon + Double(generation))
        record.best = Double(100 * generation + 11)
        record.mean = 0.1 * Double(generation)
        record.steps = 54
        record.elapsed = 1.5
        try store.finish(record, meanReturns: [1, 11], state: Data())
        guard evaluated else { return }
        try store.append([result(.evaluation, 0, 0)], arrived: Self.noon)
        try store.record(
            EvaluationRecord(
                generation: generation, episodes: 1, mean: 77.25, standardDeviation: .nan, steps: 9,
                seconds: 1, parameters: [1], digest: "e", finished: Self.noon))
    }

    private func export() throws -> TensorBoardExport {
        let export = try TensorBoardExport(of: run, store.reader, to: board, now: Self.noon)
        try export.update(from: store.reader, now: Self.noon)
        return export
    }

    /// What TensorBoard keeps of a folder's events: a start takes back what was written of its step
    /// and of later ones.
    private func kept(_ folder: String = "search") throws -> [BoardEvent] {
        var kept: [BoardEvent] = []
        for event in try EventFile.events(in: board.appending(path: folder)) {
            if event.sessionLog.status == .start { kept.removeAll { $0.step >= event.step } }
            if !event.summary.value.isEmpty { kept.append(event) }
        }
        return kept
    }

    private func steps(of tag: String, in folder: String = "search") throws -> [Int64] {
        try kept(folder).filter { $0.summary.value.contains { $0.tag == tag } }.map(\.step)
    }

    @Test func `each number of a generation is there as the report has it`() throws {
        try add(1)
        try add(2, evaluated: true)
        _ = try export()
        var found: [String: Float] = [:]
        for event in try kept() {
            for value in event.summary.value where value.value == .simpleValue(value.simpleValue) {
                found["\(event.step) \(value.tag)"] = value.simpleValue
            }
        }
        var expected: [String: Float] = [:]
        for row in try RunReport(run).generations {
            for (name, value) in GenerationColumn.numbers(of: row) where name != "generation" {
                let tag =
                    name.hasPrefix("evaluation_")
                    ? "evaluation/\(name.dropFirst(11))" : "generation/\(name)"
                expected["\(row.record.generation) \(tag)"] = Float(value)
            }
        }
        #expect(found == expected)
        #expect(expected["2 evaluation/mean"] == 77.25 && expected["1 generation/steps"] == 54)
        #expect(expected["2 evaluation/standard_deviation"] == nil)
    }

    @Test func `the returns are there as histograms and as a picture`() throws {
        try add(1, evaluated: true)
        _ = try export()
        let values = try kept().flatMap(\.summary.value)
        let rollouts = try #require(values.first { $0.tag == "returns/rollouts" })
        #expect(rollouts.histo.num == 6 && rollouts.histo.min == 100 && rollouts.histo.max == 112)
        let picture = try #require(values.first { $0.tag == "returns/candidates_by_track" }).image
        #expect(picture.width == 24 && picture.height == 16 && picture.colorspace == 3)
    }

    @Test func `a continued run continues its curves`() throws {
        try add(1)
        try add(2, evaluated: true)
        let first = try export()
        try add(3)
        try first.update(from: store.reader, now: Self.noon)
        // The next process.
        try add(4, evaluated: true)
        let second = try export()
        try second.update(from: store.reader, now: Self.noon)
        #expect(try steps(of: "generation/mean") == [1, 2, 3, 4])
        #expect(try steps(of: "evaluation/mean") == [2, 4])
        #expect(try kept().compactMap(\.runName) == ["r1"])
        // Once more, with nothing new.
        _ = try export()
        #expect(try steps(of: "generation/mean") == [1, 2, 3, 4])
    }

    @Test func `what a crash tore off is written again, and nothing else`() throws {
        for generation in 1...3 { try add(generation, evaluated: true) }
        _ = try export()
        let folder = board.appending(path: "search")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        let file = folder.appending(path: name)
        let whole = try Data(contentsOf: file)
        for length in stride(from: whole.count - 1, to: whole.count / 2, by: -97) {
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try whole.prefix(length).write(to: file)
            _ = try export()
            #expect(try steps(of: "generation/mean") == [1, 2, 3], "\(length) bytes")
            #expect(try steps(of: "evaluation/mean") == [1, 2, 3], "\(length) bytes")
        }
    }

    @Test func `a run that was restored from a copy takes back what came after`() throws {
        for generation in 1...3 { try add(generation) }
        _ = try export()
        let other = RunDirectory(path: scratch.file("copy").path)
        let copy = try RunStore(other, holder: "test")
        try copy.begin(
            identifier: "r1", program: "p", settings: [], state: Data(), created: Self.noon)
        var record = GenerationRecord(
            generation: 1, candidates: 1, tracks: 1, finished: Self.noon)
        record.mean = 5
        try copy.finish(record, meanReturns: [5], state: Data())
        let export = try TensorBoardExport(of: other, copy.reader, to: board, now: Self.noon)
        try export.update(from: copy.reader, now: Self.noon)
        #expect(try steps(of: "generation/steps") == [1])
    }

    @Test func `losses have their epochs, and a training that began anew takes the old ones back`()
        throws
    {
        func loss(_ epoch: Int, _ value: Double) -> LossRecord {
            LossRecord(model: "vae", epoch: epoch, split: "held-out", term: "total", value: value)
        }
        try store.record([loss(1, 9), loss(2, 8), loss(3, 7)])
        _ = try export()
        #expect(try steps(of: "held-out/total", in: "vae") == [1, 2, 3])
        try store.record([loss(1, 6)])
        _ = try export()
        try store.record([loss(2, 5)])
        let export = try export()
        try export.update(from: store.reader, now: Self.noon)
        #expect(try steps(of: "held-out/total", in: "vae") == [1, 2])
        let numbers = try kept("vae").flatMap(\.summary.value).map(\.simpleValue)
        #expect(numbers == [6, 5])
    }

    @Test func `another run's events, and another program's, are refused`() throws {
        _ = try export()
        let other = try RunStore(RunDirectory(path: scratch.file("other").path), holder: "test")
        try other.begin(
            identifier: "r2", program: "p", settings: [], state: Data(), created: Self.noon)
        #expect(
            throws: TensorBoardExport.Failure.otherRun(path: board.path, found: "r1", run: "r2")
        ) {
            _ = try TensorBoardExport(
                of: other.directory, other.reader, to: board, now: Self.noon)
        }
        let foreign = scratch.file("foreign")
        try EventFile(in: foreign.appending(path: "search"), time: Self.noon)
            .append([BoardEvent(1, Self.noon, [BoardSummary.Value("loss", 1)])])
        #expect(throws: TensorBoardExport.Failure.self) {
            _ = try TensorBoardExport(of: run, store.reader, to: foreign, now: Self.noon)
        }
    }
}
