// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import TestSupport
import Testing

@testable import RunStore

/// A person ends a quarantine, beside the coordinator that holds the run.
struct ReleaseTests {
    private let scratch: TemporaryDirectory
    private let directory: RunDirectory
    private let store: RunStore
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        scratch = try TemporaryDirectory()
        directory = RunDirectory(path: scratch.path)
        store = try RunStore(directory, holder: "test")
        for (party, workers) in [("key 1 at mars", ["mars/7", "mars/8"]), ("key 2", [])] {
            try store.record(
                QuarantineRecord(
                    party: party, workers: workers, reason: "it failed much", time: Self.noon,
                    ends: Self.noon + 600))
        }
        // It is known by its results alone.
        try store.append(
            [
                EpisodeResult(
                    episode: Episode(
                        name: EpisodeName(
                            purpose: .training, generation: 1, candidate: 0, repetition: 0),
                        trackSeed: 1), outcome: .setAside,
                    driver: EpisodeDriver(name: "venus/3", fingerprint: "cpu", party: "key 2"))
            ], arrived: Self.noon)
    }

    @Test(arguments: [
        ("key 1 at mars", "key 1 at mars"), ("mars", "key 1 at mars"), ("mars/8", "key 1 at mars"),
        ("key 2", "key 2"), ("venus", "key 2"), ("venus/3", "key 2"),
    ])
    func `whoever is named is released once`(name: String, party: String) throws {
        let release = try RunRelease(of: name, in: directory, now: Self.noon + 1)
        #expect(release.parties == [party])
        _ = try RunRelease(of: name, in: directory, now: Self.noon + 2)
        #expect(try store.takeReleases(now: Self.noon + 3) == [party])
        #expect(try store.takeReleases(now: Self.noon + 4).isEmpty)
        for quarantine in try store.reader.quarantines() {
            let isReleased = quarantine.party == party
            #expect(quarantine.ends == Self.noon + (isReleased ? 3 : 600))
            #expect(quarantine.lasts(at: Self.noon + 3) == !isReleased)
        }
    }

    @Test(arguments: ["", "mar", "mars/", "mars/9", "venus/3/", "earth", "key"])
    func `whoever is in no quarantine is named, with those who are`(name: String) throws {
        #expect(
            throws: RunRelease.NoQuarantine(
                path: directory.path, name: name, parties: ["key 1 at mars", "key 2"])
        ) { try RunRelease(of: name, in: directory, now: Self.noon) }
    }

    @Test func `a quarantine that is over cannot be ended`() throws {
        #expect(
            throws: RunRelease.NoQuarantine(path: directory.path, name: "mars", parties: [])
        ) { try RunRelease(of: "mars", in: directory, now: Self.noon + 600) }
        #expect(try store.takeReleases(now: Self.noon + 600).isEmpty)
    }

    @Test func `one without an end lasts until somebody is released`() throws {
        let distant = Self.noon + 1e9
        try store.record(
            QuarantineRecord(party: "p", reason: "it lied", time: Self.noon, ends: nil))
        _ = try RunRelease(of: "p", in: directory, now: distant)
        #expect(try store.takeReleases(now: distant) == ["p"])
        #expect(try store.reader.quarantines().last?.ends == distant)
    }

    @Test func `without a run there is nothing to end`() throws {
        let none = RunDirectory(path: scratch.file("none").path)
        #expect(
            throws: RunStoreError.noRun(path: none.path, reason: "there is no such directory")
        ) { try RunRelease(of: "mars", in: none, now: Self.noon) }
    }

    @Test(.timeLimit(.minutes(20))) func `a coordinator is told while it runs`() async throws {
        let watch = Task { [store] in
            var told: [String] = []
            try await store.watchReleases(every: .milliseconds(1)) { party in
                told.append(party)
                withUnsafeCurrentTask { $0?.cancel() }
            }
            return told
        }
        _ = try RunRelease(of: "mars", in: directory, now: Self.noon)
        #expect(try await watch.value == ["key 1 at mars"])
    }
}
