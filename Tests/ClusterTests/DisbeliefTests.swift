// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import Testing

/// What whoever waits for results is told of those that are not to be believed, under a clock of the
/// test's.
struct DisbeliefTests {
    /// A server with workers on hosts of their own.
    private struct Story {
        var core: ServerCore
        var sessions: [UInt8: UInt64] = [:]
        /// Leases that each worker was given and has not answered.
        var leases: [UInt8: [UInt64]] = [:]
        var failed: [Int: String] = [:]
        var distrusted: [Int: [String]] = [:]
        var complete: Set<Int> = []
        var told: [ServerEvent] = []

        init(
            hosts: Int, change: (inout ServerCore.Configuration) -> Void = { _ in }
        ) throws {
            var configuration = ServerCore.Configuration(
                session: CoordinatorSession.Configuration(
                    run: "r", models: [], work: .score(settings: Data())))
            configuration.agreementsToTrust = 0
            configuration.checkedShare = 1
            change(&configuration)
            core = ServerCore(configuration: configuration, seed: 7)
            for peer in 1...UInt8(hosts) {
                try say(
                    .hello(
                        Hello(
                            instance: Data(repeating: peer, count: Hello.instanceBytes),
                            host: "host\(peer)", process: Int(peer), cores: 1, environments: 1,
                            fingerprint: "cpu")), by: peer, at: 0)
                try say(.ready(capacity: 1, cores: 1), by: peer, at: 0)
            }
        }

        mutating func say(_ message: WorkerMessage, by peer: UInt8, at now: Double) throws {
            let frame = WorkerFrame(message, run: "r", session: sessions[peer] ?? 0)
            core.received(
                frame.encoded(), from: PeerIdentifier([peer]),
                PeerOrigin(address: "10.0.0.\(peer)"), at: now)
            try pass(to: now)
        }

        mutating func end(_ peer: UInt8, _ value: Double, at now: Double) throws {
            let outcome = EpisodeOutcome(
                episodeReturn: value, steps: 10, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
            let lease = try #require(leases[peer]?.first, "worker \(peer) has nothing")
            leases[peer]?.removeFirst()
            try say(
                .results([LeasedResult(lease: lease, report: .outcome(outcome), seconds: 1)]),
                by: peer, at: now)
        }

        mutating func submit(_ ticket: Int, _ count: Int, at now: Double) throws {
            core.submit(ticket, makeBatch(count, generation: ticket), at: now)
            try pass(to: now)
        }

        /// All workers live on, with what they have in hand.
        mutating func live(until end: Double, from start: Double) throws {
            for now in stride(from: start, through: end, by: 1) {
                for peer in sessions.keys.sorted() {
                    try say(
                        .heartbeat(
                            Heartbeat(
                                progress: [UInt64(now)], leases: leases[peer] ?? [], capacity: 1)),
                        by: peer, at: now)
                }
            }
        }

        mutating func pass(to now: Double) throws {
            core.advance(to: now)
            for action in core.takeActions() {
                switch action {
                case .fail(let ticket, let reason): failed[ticket] = reason
                case .distrust(let ticket, let party, _):
                    distrusted[ticket, default: []].append(party)
                case .deliver(let ticket, _, isComplete: true): complete.insert(ticket)
                case .tell(let event): told.append(event)
                case .send(let bytes, let peer):
                    let frame = try CoordinatorFrame(decoding: bytes)
                    guard let peer = peer.bytes.first else { continue }
                    sessions[peer] = frame.session
                    if case .assignments(let message) = frame.message {
                        leases[peer, default: []] += message.assignments.map(\.lease)
                    }
                default: break
                }
            }
            try core.checkInvariants()
        }
    }

    @Test(arguments: [true, false])
    func `where nobody can decide the batch fails, or goes on as told`(stops: Bool) throws {
        var story = try Story(hosts: 2) { $0.stopsOnDisagreement = stops }
        try story.submit(1, 1, at: 0)
        try story.end(1, 5, at: 1)
        try story.end(2, 6, at: 1)
        #expect(story.complete.isEmpty && story.failed.isEmpty)
        try story.live(until: 40, from: 2)
        #expect(story.told.contains { $0.kind == "undecided" })
        #expect((story.failed[1]?.contains("nobody can decide") == true) == stops)
        #expect(story.complete == [1])
    }

    @Test func `a contradiction of a batch that is over fails the next one`() throws {
        var story = try Story(hosts: 2) {
            $0.checkedShare = 0
            $0.speculates = true
        }
        try story.submit(1, 1, at: 0)
        let holder: UInt8 = story.leases[1]?.isEmpty == false ? 1 : 2
        let helper = 3 - holder
        // Its task is repeated, since nothing comes of it.
        try story.live(until: 15, from: 1)
        try story.end(helper, 5, at: 16)
        #expect(story.complete == [1] && story.failed.isEmpty)
        try story.end(holder, 6, at: 17)
        #expect(story.failed.isEmpty)
        try story.submit(2, 1, at: 18)
        #expect(story.failed[2]?.contains("nobody can decide") == true)
        try story.submit(3, 1, at: 18)
        #expect(story.failed[3] == nil)
    }

    @Test func `who is not believed is told of to each batch from then on`() throws {
        var story = try Story(hosts: 3)
        try story.submit(1, 1, at: 0)
        let first = story.leases.filter { !$0.value.isEmpty }.keys.sorted()
        try #require(first.count == 2)
        try story.end(first[0], -5, at: 1)
        try story.end(first[1], 5, at: 1)
        let judge = try #require(Set<UInt8>([1, 2, 3]).subtracting(first).first)
        try story.end(judge, 5, at: 2)
        let liar = "host\(first[0])@10.0.0.\(first[0])"
        #expect(story.distrusted[1] == [liar] || story.complete == [1])
        try story.submit(2, 1, at: 3)
        #expect(story.distrusted[2] == [liar])
        #expect(story.leases[first[0]] == [])
        // Released, it is believed again: at once, before that is told.
        let isReleased = story.core.release("host\(first[0])")
        #expect(isReleased)
        try story.submit(3, 1, at: 4)
        #expect(story.distrusted[3] == nil)
    }

    @Test func `a quarantine of an earlier start lasts as long as it was to`() throws {
        var story = try Story(hosts: 2) {
            $0.checkedShare = 0
            $0.quarantined = [
                ServerCore.Quarantine(party: "host1@10.0.0.1", reason: "it lied", seconds: 20)
            ]
        }
        try story.submit(1, 4, at: 0)
        #expect(story.distrusted[1] == ["host1@10.0.0.1"])
        #expect(story.leases[1] == nil && story.leases[2]?.count == 1)
        #expect(
            story.core.snapshots(at: 0).map(\.state) == [.quarantined, .ready])
        try story.live(until: 19, from: 1)
        #expect(story.leases[1] == nil)
        try story.live(until: 21, from: 20)
        #expect(story.leases[1]?.count == 1)
    }

    @Test(arguments: ["host1", "host1/1", "host1@10.0.0.1"])
    func `a quarantine ends by the party's name, its host or its worker`(name: String) throws {
        var story = try Story(hosts: 1) {
            $0.quarantined = [
                ServerCore.Quarantine(party: "host1@10.0.0.1", reason: "it lied", seconds: 1e6)
            ]
        }
        try story.submit(1, 1, at: 0)
        #expect(story.leases[1] == nil)
        let released = [story.core.release("host2"), story.core.release(name)]
        #expect(released == [false, true])
        try story.pass(to: 1)
        #expect(story.leases[1]?.count == 1)
    }
}
