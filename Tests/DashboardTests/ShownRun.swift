// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import TestSupport

@testable import Dashboard

/// A made-up run of some generations of 4 candidates x 3 tracks, with an evaluation after each.
struct ShownRun {
    let scratch: TemporaryDirectory
    let directory: RunDirectory
    let store: RunStore
    static let began = Date(timeIntervalSince1970: 1_800_000_000)

    init(generations: Int = 3) throws {
        scratch = try TemporaryDirectory()
        directory = RunDirectory(path: scratch.file("run").path)
        store = try RunStore(directory, holder: "test")
        try store.begin(
            identifier: "0123456789abcdef0123", program: "worldmodels 0.0.1",
            settings: [("seed", "7"), ("pop-size", "4")], state: Data([0]), created: Self.began)
        for generation in 0..<generations { try add(generation + 1) }
    }

    static func result(
        _ purpose: Purpose, _ generation: Int, _ candidate: Int, _ repetition: Int,
        host: String = "mars"
    ) -> EpisodeResult {
        let value = Double(100 * generation + 10 * candidate - repetition)
        return EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: purpose, generation: generation, candidate: candidate,
                    repetition: repetition),
                trackSeed: UInt64.max - UInt64(repetition)),
            outcome: EpisodeOutcome(
                episodeReturn: value, steps: 100, tilesVisited: 145, trackTiles: 290,
                end: candidate == 3 ? .lapCompleted : .leftPlayfield),
            driver: EpisodeDriver(
                name: "\(host)/\(repetition)", fingerprint: "cpu", party: host, core: candidate % 2),
            seconds: 2)
    }

    /// Stores a generation's results, its row, and an evaluation; with a temperature M has dreamt it.
    func add(_ generation: Int, dreamTemperature: Double = .nan) throws {
        let now = Self.began + Double(generation)
        for candidate in 0..<4 {
            try store.append(
                (0..<3).map { Self.result(.training, generation, candidate, $0) }, arrived: now)
        }
        var record = GenerationRecord(
            generation: generation, candidates: 4, tracks: 3, finished: now)
        let means = (0..<4).map { Double(100 * generation + 10 * $0 - 1) }
        record.best = means[3]
        record.mean = Double(100 * generation + 14)
        record.worst = means[0]
        record.steps = 1200
        record.dreamTemperature = dreamTemperature
        record.seconds = 10
        record.elapsed = 10 * Double(generation)
        record.fitnessDigest = "f\(generation)"
        record.pathLength = 1.25
        try store.finish(record, meanReturns: means, state: Data([UInt8(generation)]))
        try store.append(
            (0..<3).map { Self.result(.evaluation, generation, 0, $0) }, arrived: now)
        try store.record(
            EvaluationRecord(
                generation: generation, episodes: 3, mean: Double(100 * generation - 1),
                standardDeviation: 1, steps: 300, seconds: 1,
                parameters: (0..<867).map { Float($0) }, digest: "e\(generation)", finished: now))
        try store.record(
            EventRecord(time: now, kind: "joined", message: "worker <b>mars</b>/\(generation)"))
    }

    /// What serves it, where this process is not its coordinator.
    func site() -> Site { Site(RunCatalog(ServedRun(directory)), meter: nil) }

    /// Serves it on loopback.
    func serve(
        token: AccessToken? = nil,
        _ change: (inout DashboardServer.Configuration) -> Void = { _ in }
    ) async throws -> DashboardServer {
        var configuration = DashboardServer.Configuration(
            address: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.token = token
        change(&configuration)
        return try await DashboardServer(configuration, serving: site())
    }
}
