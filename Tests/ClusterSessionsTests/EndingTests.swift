// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Digests
import Episodes
import Foundation
import Testing

@testable import ClusterSessions

/// How a worker's life ends, and what it is told of the coordinator's.
struct EndingTests {
    private static let hello = Hello(
        instance: Data(repeating: 3, count: Hello.instanceBytes), host: "host", process: 4,
        cores: 1,
        environments: 2, fingerprint: "cpu")

    private func worker(
        _ change: (inout WorkerSession.Configuration) -> Void = { _ in }
    ) -> WorkerSession {
        var configuration = WorkerSession.Configuration(hello: Self.hello)
        change(&configuration)
        return WorkerSession(configuration: configuration)
    }

    /// Has a worker join a run without models.
    private func join(_ worker: inout WorkerSession, wanted: String? = nil, at now: Double = 0) {
        worker.connected(to: wanted, at: now)
        let welcome = Welcome(
            models: [], work: .score(settings: Data("{}".utf8)), heartbeatSeconds: 1)
        say(.welcome(welcome), to: &worker, at: now)
    }

    private func say(
        _ message: CoordinatorMessage, to worker: inout WorkerSession, at now: Double = 0
    ) {
        worker.received(
            CoordinatorFrame(message, run: "run", session: 8).encoded(), at: now)
    }

    private func give(_ lease: UInt64, to worker: inout WorkerSession) {
        let episode = Episode(name: .recording(0), trackSeed: 1)
        say(.assignments(.init(assignments: [.init(lease: lease, episode: episode)])), to: &worker)
    }

    private func ends(_ worker: inout WorkerSession) -> [WorkerSession.End] {
        worker.takeActions().compactMap { if case .end(let end) = $0 { end } else { nil } }
    }

    @Test func `a result that waits to be sent outlives the core that drove it`() throws {
        var worker = worker()
        join(&worker)
        give(7, to: &worker)
        let outcome = EpisodeOutcome(
            episodeReturn: 1, steps: 2, tilesVisited: 1, trackTiles: 3, end: .timeLimit)
        worker.finished(
            FinishedEpisode(
                ticket: 7, episode: Episode(name: .recording(0), trackSeed: 1),
                outcome: .success(outcome)), seconds: 1)
        worker.coreLost(CoreLoss(core: 0, seconds: 9, leases: [7]))
        #expect(worker.held == [7])
        #expect(worker.nextResults != nil)
        #expect(
            worker.takeActions().contains(
                .tell(.coreLost(CoreLoss(core: 0, seconds: 9, leases: [])))))
        try worker.checkInvariants()
    }

    @Test(arguments: [Farewell.paused, .finished, .failed, .answered])
    func `after any farewell a worker of a pool is without a coordinator and waits`(
        farewell: Farewell
    ) {
        var worker = worker()
        join(&worker)
        #expect(worker.membership != nil)
        say(.farewell(farewell, reason: "so"), to: &worker)
        #expect(worker.membership == nil)
        #expect(worker.takeActions().suffix(2) == [.tell(.farewell(farewell, "so")), .hangUp])
        // The next coordinator finds it.
        join(&worker, at: 100)
        #expect(worker.membership != nil)
    }

    @Test func `a worker of one run ends when it is finished, and not when it pauses`() {
        var worker = worker { $0.endsWhenFinished = true }
        join(&worker)
        give(1, to: &worker)
        say(.farewell(.paused, reason: "told to"), to: &worker)
        say(.farewell(.failed, reason: "disk"), to: &worker)
        worker.connectionLost(at: 1)
        #expect(ends(&worker) == [])
        join(&worker, at: 2)
        say(.farewell(.finished, reason: "all done"), to: &worker)
        #expect(ends(&worker) == [.finished("all done")])
        worker.tick(at: 10, cores: [])
        #expect(worker.takeActions() == [])
    }

    @Test func `time without an episode ends it, with a coordinator or without`() {
        var alone = worker { $0.idleSeconds = 60 }
        for second in 0..<60 { alone.tick(at: Double(second), cores: []) }
        #expect(ends(&alone) == [])
        alone.tick(at: 60, cores: [])
        #expect(ends(&alone) == [.idle(60)])

        var joined = worker { $0.idleSeconds = 60 }
        join(&joined)
        give(1, to: &joined)
        for second in 0..<100 {
            joined.tick(at: Double(second), cores: [.init(progress: UInt64(second), isBusy: true)])
        }
        #expect(ends(&joined) == [])
        joined.finished(finished(1), seconds: 100)
        while joined.nextResults != nil { joined.resultsSent() }
        for second in 100..<159 { joined.tick(at: Double(second), cores: [.init(progress: 100)]) }
        #expect(ends(&joined) == [])
        joined.tick(at: 159, cores: [.init(progress: 100)])
        let actions = joined.takeActions()
        #expect(actions.last == .end(.idle(60)))
        #expect(joined.awaitsAnswer, "its place is given up in peace")
    }

    @Test func `what an idle worker waited for is said once`() {
        for seconds in [5.0, 7, 2] {
            var worker = worker { $0.idleSeconds = seconds }
            for second in 0...7 { worker.tick(at: Double(second), cores: []) }
            let actions = worker.takeActions()
            #expect(actions.count { $0 == .tell(.noCoordinator) } == 1, "\(seconds) s")
            #expect(actions.last == .end(.idle(seconds)))
        }
        // Something else by now.
        var refused = worker { $0.idleSeconds = 7 }
        for second in 0...5 { refused.tick(at: Double(second), cores: []) }
        for second in 6...7 {
            refused.handshakeFailed("unknown key", at: Double(second))
            refused.tick(at: Double(second), cores: [])
        }
        let told = refused.takeActions()
        #expect(told.count { $0 == .tell(.noCoordinator) } == 1)
        #expect(told.count { $0 == .tell(.notAccepted("unknown key")) } == 1)
    }

    @Test func `a process that was stopped has not been idle meanwhile`() {
        var worker = worker { $0.idleSeconds = 60 }
        for second in 0..<10 { worker.tick(at: Double(second), cores: []) }
        worker.tick(at: 4000, cores: [])
        #expect(ends(&worker) == [])
    }

    @Test func `a lifetime's end drains, and is told from a signal`() {
        var worker = worker { $0.lifetimeSeconds = 50 }
        join(&worker)
        give(1, to: &worker)
        #expect(!worker.isDue(at: 49.9) && worker.isDue(at: 50))
        worker.expire(withdrawn: [], at: 50)
        #expect(!worker.isDue(at: 51))
        worker.tick(at: 51, cores: [.init(progress: 1)])
        #expect(ends(&worker) == [])
        worker.finished(finished(1), seconds: 100)
        while worker.nextResults != nil { worker.resultsSent() }
        worker.tick(at: 52, cores: [.init(progress: 2)])
        #expect(ends(&worker) == [.expired])

        var signalled = self.worker { $0.lifetimeSeconds = 50 }
        join(&signalled)
        signalled.drain(withdrawn: [], at: 10)
        #expect(!signalled.isDue(at: 60))
        signalled.tick(at: 11, cores: [])
        #expect(ends(&signalled) == [.drained])
    }

    @Test func `who has another run at the address is left alone`() {
        var worker = worker()
        join(&worker, wanted: "mine")
        #expect(worker.membership == nil)
        #expect(
            worker.takeActions().suffix(2) == [
                .tell(.otherRun("run", wanted: "mine")), .hangUp,
            ])
        join(&worker, wanted: "run", at: 5)
        #expect(worker.membership?.run == "run")
    }

    private func finished(_ lease: UInt64) -> FinishedEpisode {
        FinishedEpisode(
            ticket: lease, episode: Episode(name: .recording(0), trackSeed: 1),
            outcome: .success(
                EpisodeOutcome(
                    episodeReturn: 1, steps: 2, tilesVisited: 1, trackTiles: 3, end: .timeLimit)))
    }
}

/// What a worker is told of a coordinator whose run is being prepared.
struct PreparationTests {
    @Test func `a worker waits for a run that is being prepared, and is called`() throws {
        let peer = PeerIdentifier([7])
        var configuration = CoordinatorSession.Configuration(
            run: "", models: [], work: .score(settings: Data()))
        configuration.preparation = "training V"
        var coordinator = CoordinatorSession(configuration: configuration, firstSession: 5)
        var worker = WorkerSession(
            configuration: WorkerSession.Configuration(
                hello: Hello(
                    instance: Data(repeating: 3, count: Hello.instanceBytes), host: "host",
                    process: 4, cores: 1, environments: 2, fingerprint: "cpu")))
        var told: [WorkerSession.Notice] = []
        func talk(at now: Double) throws {
            while true {
                let (said, answers) = (worker.takeActions(), coordinator.takeActions())
                if said.isEmpty, answers.isEmpty { break }
                for case .send(let bytes) in said {
                    coordinator.received(bytes, from: peer, at: now) { _, _ in true }
                }
                for case .tell(let notice) in said { told.append(notice) }
                for case .send(let bytes, _) in answers { worker.received(bytes, at: now) }
                try coordinator.checkInvariants()
                try worker.checkInvariants()
            }
        }
        worker.connected(at: 0)
        try talk(at: 0)
        #expect(coordinator.waitingPeers == [peer] && coordinator.peerCount == 0)
        #expect(told == [.waiting("training V")])
        // It asks now and then, and is told what is new.
        coordinator.prepare("training M")
        for second in 1..<30 {
            worker.tick(at: Double(second), cores: [])
            try talk(at: Double(second))
        }
        #expect(!told.contains(.waiting("training M")) && !told.contains(.noAnswer))
        worker.tick(at: 30, cores: [])
        try talk(at: 30)
        #expect(told.last == .waiting("training M"))
        // The run is there.
        let waiting = coordinator.waitingPeers
        configuration.preparation = nil
        configuration.run = "run"
        coordinator = CoordinatorSession(configuration: configuration, firstSession: 900)
        coordinator.invite(waiting)
        try talk(at: 31)
        #expect(worker.membership?.run == "run" && coordinator.hasReadyWorker)
    }

    @Test func `who waits is told of the end as well, and forgotten when gone`() {
        let peers = [PeerIdentifier([7]), PeerIdentifier([8])]
        var configuration = CoordinatorSession.Configuration(
            run: "", models: [], work: .score(settings: Data()))
        configuration.preparation = "training V"
        var coordinator = CoordinatorSession(configuration: configuration, firstSession: 5)
        for (index, peer) in peers.enumerated() {
            let hello = Hello(
                instance: Data(repeating: UInt8(index), count: Hello.instanceBytes), host: "host",
                process: 4, cores: 1, environments: 2, fingerprint: "cpu")
            coordinator.received(
                WorkerFrame(.hello(hello)).encoded(), from: peer, at: 0
            ) { _, _ in true }
        }
        coordinator.disconnected(peers[0])
        _ = coordinator.takeActions()
        coordinator.sayFarewell(.paused, "told to")
        let sent = coordinator.takeActions().compactMap { action -> PeerIdentifier? in
            if case .send(_, let peer) = action { peer } else { nil }
        }
        #expect(sent == [peers[1]])
    }
}
