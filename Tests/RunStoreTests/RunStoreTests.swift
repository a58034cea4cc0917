// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import RunStore

private func rollout(
    _ candidate: Int, _ repetition: Int, value: Double = 1, worker: String = "a",
    purpose: Purpose = .training
) -> EpisodeResult {
    EpisodeResult(
        episode: Episode(
            name: EpisodeName(
                purpose: purpose, generation: 1, candidate: candidate, repetition: repetition),
            trackSeed: .max - UInt64(repetition)),
        outcome: EpisodeOutcome(
            episodeReturn: value, steps: 100, tilesVisited: 7, trackTiles: 300,
            end: .lapCompleted),
        driver: EpisodeDriver(name: worker, fingerprint: "cpu/1"), seconds: 0.25)
}

private let noon = Date(timeIntervalSince1970: 1_800_000_000.125)

struct RunStoreTests {
    @Test func `what is written is read back, bit for bit`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        try store.begin(
            identifier: "r1", program: "worldmodels 0.1.0",
            settings: [("seed", "3"), ("a", "b")], state: Data([1, 2, 3]), created: noon)
        let awkward = [0.1, 0, .leastNonzeroMagnitude, 905.123456789, .nan, -.infinity]
        let rollouts = awkward.enumerated().map { rollout(0, $0, value: $1) }
        try store.append(rollouts, arrived: noon)

        let reader = try RunReader(directory)
        let identity = try #require(try reader.identity())
        #expect(identity.identifier == "r1" && identity.created == noon)
        #expect(try reader.settings().map(\.name) == ["seed", "a"])
        let stored = try reader.rollouts(generation: 1, purpose: .training)
        #expect(stored.map(\.episode.trackSeed) == rollouts.map(\.episode.trackSeed))
        for (value, kept) in zip(awkward, stored.map(\.outcome.episodeReturn)) {
            #expect(value.isNaN ? kept.isNaN : value.bitPattern == kept.bitPattern, "\(value)")
        }
        let state = try #require(try reader.latestState())
        #expect(state.generation == 0 && state.state == Data([1, 2, 3]))
        #expect(try reader.workers().first?.firstSeen == noon)
    }

    @Test func `a result that comes twice counts once, and the first stays`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        try store.append([rollout(0, 0, value: 5), rollout(0, 1)], arrived: noon)
        try store.append(
            [rollout(0, 0, value: 6, worker: "b"), rollout(1, 0, worker: "b")], arrived: noon)
        let stored = try store.reader.rollouts(generation: 1, purpose: .training)
        #expect(stored.map(\.outcome.episodeReturn) == [5, 1, 1])
        #expect(try store.reader.workers().map(\.rollouts) == [2, 1])
        #expect(try store.reader.workers().map(\.steps) == [200, 100])
        #expect(try store.reader.rollouts(generation: 1, purpose: .evaluation).isEmpty)
    }

    @Test func `a second coordinator is refused by name until the first is gone`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        var first: RunStore? = try RunStore(directory, holder: "process 17 on left")
        #expect(
            throws: RunStoreError.locked(
                path: directory.path, holder: "process 17 on left")
        ) {
            try RunStore(directory, holder: "process 18 on right")
        }
        // Looking is allowed meanwhile.
        _ = try RunReader(directory)
        #expect(first?.directory == directory)
        first = nil
        _ = try RunStore(directory, holder: "process 18 on right")
    }

    @Test func `whether a run is driven can be asked, which takes nothing from anybody`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        #expect(!RunLock.isHeld(directory))
        var store: RunStore? = try RunStore(directory, holder: "one")
        #expect(RunLock.isHeld(directory) && RunLock.isHeld(directory))
        // Others may read the directory alone.
        chmod(directory.lock.path, 0o444)
        #expect(RunLock.isHeld(directory))
        chmod(directory.lock.path, 0o644)
        withExtendedLifetime(store) {}
        store = nil
        #expect(!RunLock.isHeld(directory))
        // Who asks without end is in nobody's way.
        let others = (0..<50).map { RunDirectory(path: scratch.file("\($0)").path) }
        for other in others {
            try FileManager.default.createDirectory(
                at: other.url, withIntermediateDirectories: true)
        }
        let isAsking = Mutex(true)
        let asker = Thread {
            while isAsking.withLock({ $0 }) { for other in others { _ = RunLock.isHeld(other) } }
        }
        asker.start()
        let locks = try others.map { try RunLock($0, holder: "two") }
        #expect(others.allSatisfy(RunLock.isHeld))
        isAsking.withLock { $0 = false }
        withExtendedLifetime(locks) {}
    }

    @Test func `a lock that is given up is free, whoever has its file open as well`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        var lock: RunLock? = try RunLock(directory, holder: "one")
        // As a child has it between its start and the program that it becomes.
        let path = URL(fileURLWithPath: directory.lock.path).resolvingSymlinksInPath().path
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap(Int32.init).first {
                let place = "/proc/self/fd/\($0)"
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place)
                return target == path
            }
        let copy = dup(try #require(own))
        defer { close(copy) }
        #expect(throws: RunStoreError.self) { _ = try RunLock(directory, holder: "two") }
        withExtendedLifetime(lock) {}
        lock = nil
        #expect(!RunLock.isHeld(directory))
        withExtendedLifetime(try RunLock(directory, holder: "two")) {
            #expect(RunLock.isHeld(directory))
        }
    }

    @Test func `a generation is stored with its state or not at all`() throws {
        struct Crash: Error {}
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test") { point in
            if point.write == .generation && !point.committed { throw Crash() }
        }
        try store.begin(
            identifier: "r", program: "p", settings: [], state: Data([0]), created: noon)
        let record = GenerationRecord(generation: 1, candidates: 2, tracks: 1, finished: noon)
        #expect(throws: Crash.self) {
            try store.finish(record, meanReturns: [1, 2], state: Data([1]))
        }
        #expect(try store.reader.generations().isEmpty)
        #expect(try store.reader.meanReturns(generation: 1).isEmpty)
        #expect(try store.reader.latestState()?.generation == 0)
    }

    @Test func `only the last two states are kept`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        try store.begin(
            identifier: "r", program: "p", settings: [], state: Data([0]), created: noon)
        for generation in 1...4 {
            let record = GenerationRecord(
                generation: generation, candidates: 1, tracks: 1, finished: noon)
            try store.finish(record, meanReturns: [.nan], state: Data([UInt8(generation)]))
        }
        let latest = try #require(try store.reader.latestState())
        #expect(latest.generation == 4 && latest.state == Data([4]))
        #expect(try store.reader.read { try OptimiserState.fetchCount($0) } == 2)
        #expect(try store.reader.generations().map(\.best.isNaN) == [true, true, true, true])
    }

    @Test func `a generation and an evaluation are read back as they were`() throws {
        let scratch = try TemporaryDirectory()
        let store = try RunStore(RunDirectory(path: scratch.path), holder: "test")
        var record = GenerationRecord(generation: 1, candidates: 2, tracks: 3, finished: noon)
        record.best = 0.1
        record.standardDeviation = 1 / 3
        record.worst = -.infinity
        record.sigma = 1e-300
        record.seconds = 0.3
        record.stateDigest = "s"
        try store.finish(record, meanReturns: [0.1, .nan], state: Data())
        let evaluation = EvaluationRecord(
            generation: 1, episodes: 16, mean: 77.25, standardDeviation: 8, steps: 99,
            seconds: 1.5, parameters: [1.5, -0.0, .leastNonzeroMagnitude], digest: "d",
            finished: noon)
        try store.record(evaluation)
        #expect(try store.reader.evaluations() == [evaluation])
        #expect(try store.reader.meanReturns(generation: 1).first == 0.1)
        // As texts, since NaN is equal to nothing.
        #expect(try "\(store.reader.generations())" == "\([record])")
        #expect(record.mean.isNaN)
    }

    @Test func `events and losses are kept in order`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        try store.record(EventRecord(time: noon, kind: "started", message: "one"))
        try store.record(EventRecord(time: noon, kind: "stopped", message: "two"))
        let first = LossRecord(model: "vae", epoch: 1, split: "training", term: "total", value: 9)
        let again = LossRecord(model: "vae", epoch: 1, split: "training", term: "total", value: 8)
        try store.record([first])
        try store.record([again])
        #expect(try store.reader.events().map(\.message) == ["one", "two"])
        #expect(try store.reader.losses() == [again])
        // A training that starts afresh has no later epochs yet; another model keeps its own.
        let later = LossRecord(model: "vae", epoch: 2, split: "training", term: "total", value: 7)
        let other = LossRecord(model: "mdrnn", epoch: 9, split: "training", term: "total", value: 1)
        for loss in [later, other, first] { try store.record([loss]) }
        #expect(try store.reader.losses() == [first, other])
    }
}
