// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import Testing

@testable import ClusterSessions

struct RequestLimitTests {
    private var limits = RequestLimits()

    private func peer(_ number: Int) -> PeerIdentifier {
        PeerIdentifier([UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)])
    }

    private mutating func granted(
        _ request: RequestLimits.Request, of count: Int, by number: Int = 1,
        _ origin: PeerOrigin = PeerOrigin(), at now: Double = 0
    ) -> Int {
        (0..<count).count { _ in
            limits.judge(request, by: peer(number), origin, at: now) == .granted
        }
    }

    @Test mutating func `a connection is answered some times at once, then so often a second`() {
        #expect(granted(.status, of: 50) == 10)
        #expect(granted(.status, of: 50, at: 3) == 6)
        #expect(granted(.status, of: 50, at: 1000) == 10)
        #expect(granted(.hello, of: 50, at: 1000) == 20)
    }

    @Test mutating func `new connections of one key or address are no way round it`() {
        let key = PeerOrigin(key: ClientKey("k"), address: "10.0.0.1")
        let first = (0..<50).reduce(0) { $0 + granted(.status, of: 5, by: $1, key) }
        #expect(first == 20)
        // Another address of the same key, another key of the same address, and none.
        let moved = PeerOrigin(key: ClientKey("k"), address: "10.0.0.2")
        #expect(granted(.status, of: 5, by: 100, moved) == 0)
        let other = PeerOrigin(key: ClientKey("l"), address: "10.0.0.1")
        #expect(granted(.status, of: 5, by: 101, other) == 5)
        let plain = PeerOrigin(address: "10.0.0.1")
        #expect((0..<50).reduce(0) { $0 + granted(.status, of: 5, by: 200 + $1, plain) } == 20)
    }

    @Test mutating func `ever new addresses have a bound as well`() {
        let all = (0..<500).reduce(0) {
            $0 + granted(.status, of: 5, by: $1, PeerOrigin(address: "\($1)"))
        }
        #expect(all == 60)
    }

    @Test mutating func `ten thousand workers of one key say Hello at once and are answered`() {
        let origin = PeerOrigin(key: ClientKey("k"), address: "10.0.0.1")
        #expect((0..<10_000).allSatisfy { granted(.hello, of: 1, by: $0, origin) == 1 })
        #expect((0..<10_000).allSatisfy { granted(.hello, of: 1, by: $0, origin, at: 3) == 1 })
        // Not a bucket each for ever.
        _ = granted(.hello, of: 1, by: 20_000, origin, at: 200)
        #expect(limits.count < 10)
    }

    @Test mutating func `who goes on is cut off; who asks now and then is not`() {
        let verdicts = (0..<120).map { _ in
            limits.judge(.status, by: peer(1), PeerOrigin(), at: 0)
        }
        #expect(verdicts.count { $0 == .flood } == 1)
        #expect(verdicts.firstIndex(of: .flood) == 10 + RequestLimits.excessOfPeer - 1)
        for second in 0..<1000 {
            #expect(granted(.status, of: 3, by: 2, at: Double(second)) > 0)
            #expect(limits.judge(.status, by: peer(2), PeerOrigin(), at: Double(second)) != .flood)
        }
    }
}

/// What the coordinator's side makes of a flood.
struct RequestFloodTests {
    private let peer = PeerIdentifier([7])
    private var coordinator = Self.coordinator

    private static var coordinator: CoordinatorSession {
        CoordinatorSession(
            configuration: .init(
                run: "run", models: [], work: .score(settings: Data("{}".utf8))),
            firstSession: 77)
    }

    /// Sends the same frame often, at once.
    private mutating func flood(
        _ frame: WorkerFrame, _ origin: PeerOrigin = PeerOrigin(), count: Int = 1000
    ) -> [CoordinatorSession.Action] {
        let bytes = frame.encoded()
        for _ in 0..<count {
            coordinator.received(bytes, from: peer, origin, at: 1) { _, _ in true }
        }
        return coordinator.takeActions()
    }

    private func hello() -> WorkerMessage {
        .hello(
            Hello(
                instance: Data(repeating: 3, count: Hello.instanceBytes), host: "host", process: 4,
                cores: 1, environments: 2, fingerprint: "cpu"))
    }

    @Test mutating func `what those ask who have not joined is answered some times`() {
        let look = PeerOrigin(key: ClientKey("k"), role: .look)
        for (frame, origin) in [
            (WorkerFrame(.statusRequest), PeerOrigin()), (WorkerFrame(hello()), PeerOrigin()),
            (WorkerFrame(hello()), look), (WorkerFrame(.scale(host: nil, cores: 1)), PeerOrigin()),
            (WorkerFrame(.ready(capacity: 1, cores: 1)), PeerOrigin()),
            (WorkerFrame(hello(), version: 1), PeerOrigin()),
        ] {
            coordinator = Self.coordinator
            let actions = flood(frame, origin)
            let answers = actions.count {
                switch $0 {
                case .send, .statusAsked: true
                default: false
                }
            }
            #expect((1...20).contains(answers), "\(frame.message)")
            #expect(actions.contains(.cutOff(peer)), "\(frame.message)")
            #expect(coordinator.malformed.total >= 1000 - answers)
        }
    }

    @Test mutating func `a connection is one worker, whatever names it says`() {
        for number in UInt8(1)...5 {
            let hello = Hello(
                instance: Data(repeating: number, count: Hello.instanceBytes), host: "host",
                process: Int(number), cores: 1, environments: 2, fingerprint: "cpu")
            let actions = flood(WorkerFrame(.hello(hello)), count: 1)
            let former = Int(number) - 1
            #expect(actions.contains(.replaced(former)) == (former > 0))
            if former > 0 { coordinator.forget(former) }
            #expect(coordinator.workers.count == 1 && coordinator.peerCount == 1)
        }
    }

    @Test func `no more workers take part than are allowed, whoever says Hello again`() throws {
        var configuration = CoordinatorSession.Configuration(
            run: "run", models: [], work: .score(settings: Data()))
        configuration.maximumWorkers = 2
        var coordinator = CoordinatorSession(configuration: configuration, firstSession: 7)
        func greet(_ number: UInt8) throws -> CoordinatorMessage? {
            let hello = Hello(
                instance: Data(repeating: number, count: Hello.instanceBytes), host: "host",
                process: Int(number), cores: 1, environments: 2, fingerprint: "cpu")
            coordinator.received(
                WorkerFrame(.hello(hello)).encoded(), from: PeerIdentifier([number]), at: 0
            ) { _, _ in true }
            for case .send(let bytes, _) in coordinator.takeActions() {
                return try CoordinatorFrame(decoding: bytes).message
            }
            return nil
        }
        func isWelcome(_ number: UInt8) throws -> Bool {
            if case .welcome = try greet(number) { true } else { false }
        }
        for number: UInt8 in [1, 2, 1, 2] { #expect(try isWelcome(number)) }
        #expect(
            try greet(3) == .refusal(.full, "the coordinator has its 2 workers already"))
        coordinator.disconnected(PeerIdentifier([1]))
        #expect(try isWelcome(3))
        #expect(try !isWelcome(1))
    }

    @Test mutating func `a worker that has joined may say as much as it likes`() throws {
        let welcome = flood(WorkerFrame(hello()), count: 1)
        guard case .send(let bytes, _) = welcome.last else {
            Issue.record("\(welcome)")
            return
        }
        let frame = try CoordinatorFrame(decoding: bytes)
        let heartbeat = WorkerMessage.heartbeat(Heartbeat(progress: [1], leases: [], capacity: 3))
        let actions = flood(WorkerFrame(heartbeat, run: frame.run, session: frame.session))
        #expect(actions.count { $0 == .heard(1) } == 1000)
        #expect(!actions.contains(.cutOff(peer)))
    }
}
