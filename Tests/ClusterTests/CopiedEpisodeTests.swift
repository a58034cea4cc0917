// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import Testing

/// What the server tells of results that come beside the one that counts.
struct CopiedEpisodeTests {
    /// A server with two workers on two hosts, of whom each has the only task.
    private struct Story {
        var core: ServerCore
        var sessions: [UInt8: UInt64] = [:]
        var leases: [UInt8: UInt64] = [:]
        var delivered = 0
        var copies: [(EpisodeName, EpisodeDriver, Double)] = []

        init() throws {
            var configuration = ServerCore.Configuration(
                session: CoordinatorSession.Configuration(
                    run: "r", models: [], work: .score(settings: Data())))
            configuration.checkedShare = 1
            core = ServerCore(configuration: configuration, seed: 7)
            for peer in [UInt8(1), 2] {
                try say(
                    .hello(
                        Hello(
                            instance: Data(repeating: peer, count: Hello.instanceBytes),
                            host: "host\(peer)", process: 10, cores: 2, environments: 1,
                            fingerprint: "cpu")), by: peer, at: 0)
                try say(.ready(capacity: 2, cores: 2), by: peer, at: 0)
            }
            core.submit(1, makeBatch(1, generation: 4), at: 0)
            try pass(to: 0)
        }

        mutating func say(_ message: WorkerMessage, by peer: UInt8, at now: Double) throws {
            let frame = WorkerFrame(message, run: "r", session: sessions[peer] ?? 0)
            core.received(frame.encoded(), from: PeerIdentifier([peer]), at: now)
            try pass(to: now)
        }

        mutating func end(_ peer: UInt8, _ value: Double, seconds: Double, at now: Double) throws {
            let outcome = EpisodeOutcome(
                episodeReturn: value, steps: 10, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
            let lease = try #require(leases[peer])
            try say(
                .results([
                    LeasedResult(
                        lease: lease, report: .outcome(outcome), seconds: seconds, core: 1)
                ]), by: peer, at: now)
        }

        mutating func pass(to now: Double) throws {
            core.advance(to: now)
            for action in core.takeActions() {
                switch action {
                case .tell(.copied(let name, let driver, let seconds)):
                    copies.append((name, driver, seconds))
                case .deliver(_, let results, _): delivered += results.count
                case .send(let bytes, let peer):
                    let frame = try CoordinatorFrame(decoding: bytes)
                    let peer = peer == PeerIdentifier([1]) ? UInt8(1) : 2
                    sessions[peer] = frame.session
                    if case .assignments(let message) = frame.message {
                        leases[peer] = message.assignments[0].lease
                    }
                default: break
                }
            }
        }
    }

    @Test func `who confirms a result is told of with its time and core`() throws {
        var story = try Story()
        try #require(story.leases.count == 2)
        try story.end(1, 5, seconds: 3, at: 3)
        #expect(story.delivered == 0 && story.copies.isEmpty)
        try story.end(2, 5, seconds: 4, at: 4)
        #expect(story.delivered == 1 && story.copies.count == 1)
        let copy = try #require(story.copies.first)
        #expect(copy.0.generation == 4 && copy.0.candidate == 0)
        #expect(copy.1.name == "host2/10" && copy.1.core == 1 && copy.2 == 4)
    }

    @Test func `who says otherwise has driven no copy`() throws {
        var story = try Story()
        try story.end(1, 5, seconds: 3, at: 3)
        try story.end(2, 6, seconds: 4, at: 4)
        #expect(story.copies.isEmpty)
    }
}
