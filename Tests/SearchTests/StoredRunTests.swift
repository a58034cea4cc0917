// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Foundation
import RunReports
import RunStore
import Search
import TestSupport
import Testing

/// Runs that released versions began are continued as those versions would have.
///
/// `Stored` holds a run of three generations for each form of the database, with the digests of the
/// five that the version which began it came to. A new form adds a folder, and none goes:
///
///     RECORD_RUN=Tests/SearchTests/Stored/0.3.0 swift test --filter StoredRunTests
struct StoredRunTests {
    private static let recorded = ProcessInfo.processInfo.environment["RECORD_RUN"]

    /// What a run has of a host that gave wrong results.
    private static let quarantine = QuarantineRecord(
        party: "host@192.0.2.1", workers: ["host/1", "host/2"], reason: "it was outvoted",
        isDistrusted: true, time: Date(timeIntervalSince1970: 1_800_000_000),
        ends: Date(timeIntervalSince1970: 1_800_003_600))

    /// Nothing is asked for but what a later start asks: the settings are the stored ones.
    private static func drive(
        _ directory: RunDirectory, generations: Int, given: [String: String] = [:]
    ) async throws -> [String] {
        let store = try RunStore(directory, holder: "test")
        let start = try RunStart(
            store, given: given, profile: nil, program: "tests",
            now: Date(timeIntervalSince1970: 1_800_000_000)
        ) { try EvolutionStrategy($0) }
        let loop = RunLoop<EvolutionStrategy>(
            store: store, service: ToyService(), settings: start.settings,
            limits: RunLimits(generations: generations), saveController: { _ in },
            now: { Date(timeIntervalSince1970: 1_800_000_000) })
        _ = try await loop.run()
        return try store.reader.generations().flatMap { [$0.stateDigest, $0.fitnessDigest] }
    }

    @Test(arguments: [("0.1.0", []), ("0.2.0", [quarantine]), ("0.3.0", [quarantine])])
    func `a stored run is read, verified and continued to the same digests`(
        version: String, quarantines: [QuarantineRecord]
    ) async throws {
        let stored = try #require(
            Bundle.module.url(forResource: "Stored/\(version)", withExtension: nil))
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        try FileManager.default.copyItem(at: stored, to: directory.url)
        try RunReader(directory).verify()
        let report = try RunReport(directory)
        #expect(report.generations.count == 3)
        #expect(report.workers.map(\.name) == ["toy"])
        #expect(report.quarantines == quarantines)
        let digests = try await Self.drive(directory, generations: 5)
        let text = try String(
            contentsOf: directory.url.appending(path: "digests.txt"), encoding: .utf8)
        #expect(digests == text.split(separator: "\n").map(String.init))
    }

    @Test(.enabled(if: recorded != nil)) func record() async throws {
        let given = [
            "pop-size": "6", "n-samples": "2", "seed": "5", "variant": "separable",
            "controller-inputs": "z", "evaluate-every": "2", "evaluation-episodes": "2",
        ]
        let directory = RunDirectory(path: try #require(Self.recorded))
        _ = try await Self.drive(directory, generations: 3, given: given)
        try RunStore(directory, holder: "test").record(Self.quarantine)
        let whole = TemporaryRun()
        let digests = try await Self.drive(whole.directory, generations: 5, given: given)
        try digests.joined(separator: "\n").write(
            to: directory.url.appending(path: "digests.txt"), atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(at: directory.lock)
    }
}
