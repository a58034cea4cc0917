// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Dispatching
import Episodes
import Foundation
import Testing

@testable import RolloutServer

/// What the server says of its workers, under a clock of the test's.
struct ServerCoreTests {
    private static let peer = PeerIdentifier([1])

    /// A server, one of whose workers has the only task.
    private struct Story {
        var core: ServerCore
        var session: UInt64 = 0
        var lease: UInt64 = 0
        var told: [ServerEvent] = []

        init() throws {
            core = ServerCore(
                configuration: ServerCore.Configuration(
                    session: CoordinatorSession.Configuration(
                        run: "r", models: [], work: .score(settings: Data()))), seed: 7)
            try say(
                .hello(
                    Hello(
                        instance: Data(count: Hello.instanceBytes), host: "h", process: 1, cores: 1,
                        environments: 1, fingerprint: "")), at: 0)
            try say(.ready(capacity: 1, cores: 1), at: 0)
            core.submit(1, makeBatch(1), at: 0)
            try pass(to: 0)
        }

        mutating func say(_ message: WorkerMessage, at now: Double) throws {
            let frame = WorkerFrame(message, run: "r", session: session)
            core.received(frame.encoded(), from: ServerCoreTests.peer, at: now)
            try pass(to: now)
        }

        mutating func pass(to now: Double) throws {
            core.advance(to: now)
            for action in core.takeActions() {
                switch action {
                case .tell(let event): told.append(event)
                case .send(let bytes, _):
                    let frame = try CoordinatorFrame(decoding: bytes)
                    session = frame.session
                    if case .assignments(let message) = frame.message {
                        lease = message.assignments[0].lease
                    }
                default: break
                }
            }
        }

        /// How many hang, where it was said that nobody works; what was said is forgotten.
        mutating func takeWaiting() -> Int? {
            defer { told = [] }
            for case .waiting(1, 0, let hung) in told { return hung }
            return nil
        }
    }

    @Test func `what the run is told of its tasks, the dispatcher is told`() {
        var configuration = ServerCore.Configuration(
            session: CoordinatorSession.Configuration(
                run: "r", models: [], work: .score(settings: Data())))
        configuration.maximumSteps = 60
        configuration.checkedShare = 0.25
        configuration.agreementsToTrust = 7
        configuration.deathsToSetAside = 5
        configuration.stallSeconds = 45
        configuration.speculates = false
        let rules = configuration.rules
        #expect(rules.maximumSteps == 60)
        #expect(rules.checkedShare == 0.25)
        #expect(rules.agreementsToTrust == 7)
        #expect(rules.deathsToSetAside == 5)
        #expect(rules.stallSeconds == 45)
        #expect(!rules.speculates)
    }

    @Test func `one whose engine hangs is shown so, and a run that has no other says so`() throws {
        var story = try Story()
        for second in 1...60 {
            try story.say(
                .heartbeat(Heartbeat(progress: [5], leases: [story.lease], capacity: 1)),
                at: Double(second))
        }
        let atFirst = story.takeWaiting()
        #expect(atFirst == nil)
        #expect(story.core.snapshots(at: 60).map(\.state) == [.ready])
        for second in 61...90 {
            try story.say(
                .heartbeat(Heartbeat(progress: [5], leases: [story.lease], capacity: 1)),
                at: Double(second))
        }
        let afterwards = story.takeWaiting()
        #expect(afterwards == 1)
        #expect(story.core.snapshots(at: 90).map(\.state) == [.hung])
        // It steps again: it works, and nobody is told that nobody does.
        for second in 91...110 {
            try story.say(
                .heartbeat(
                    Heartbeat(
                        progress: [UInt64(second)], leases: second > 91 ? [story.lease] : [],
                        capacity: 1)), at: Double(second))
        }
        let atLast = story.takeWaiting()
        #expect(atLast == nil)
        #expect(story.core.snapshots(at: 110).map(\.state) == [.ready])
    }
}
