// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Digests
import Episodes
import Foundation
import Testing

@testable import ClusterSessions

/// A worker and a coordinator that hear each other, as far as the test lets them.
private struct Conversation {
    static let model = Data((0..<10).map { UInt8($0) })
    let peer = PeerIdentifier([7])
    var worker: WorkerSession
    var coordinator: CoordinatorSession
    var now = 0.0
    /// What either side asked for besides sending.
    var workerActions: [WorkerSession.Action] = []
    var coordinatorActions: [CoordinatorSession.Action] = []

    init(version: UInt32 = ProtocolVersion.current) {
        var configuration = WorkerSession.Configuration(
            hello: Hello(
                instance: Data(repeating: 3, count: Hello.instanceBytes), host: "host",
                process: 4, cores: 1, environments: 2, fingerprint: "cpu"))
        configuration.protocolVersion = version
        worker = WorkerSession(configuration: configuration)
        coordinator = CoordinatorSession(
            configuration: CoordinatorSession.Configuration(
                run: "run", models: [ServedModel(name: "vae", data: Self.model)],
                work: .score(settings: Data("{}".utf8))),
            firstSession: 77)
    }

    /// Carries messages until nobody says anything.
    ///
    /// - Parameter loses: Whether the worker's message is lost on the way.
    /// - Throws: `BrokenInvariant`.
    mutating func talk(losing loses: (WorkerMessage) -> Bool = { _ in false }) throws {
        while true {
            let said = worker.takeActions()
            let answers = coordinator.takeActions()
            if said.isEmpty, answers.isEmpty { return }
            for action in said {
                guard case .send(let bytes) = action else {
                    workerActions.append(action)
                    continue
                }
                let message = (try? WorkerFrame(decoding: bytes))?.message
                if let message, loses(message) { continue }
                coordinator.received(bytes, from: peer, at: now) { _, _ in true }
            }
            for action in answers {
                if case .send(let bytes, _) = action {
                    worker.received(bytes, at: now)
                } else {
                    coordinatorActions.append(action)
                }
            }
            try worker.checkInvariants()
            try coordinator.checkInvariants()
        }
    }

    /// Joins, and is given an episode under lease 5.
    mutating func work() throws {
        worker.connected(at: now)
        try talk()
        coordinator.assign(
            [.init(lease: 5, episode: Episode(name: .recording(0), trackSeed: 9, vector: 3))],
            vectors: [1, 2, 3, 4].map { ParameterBits.encode([$0]) }, to: 1)
        try talk()
    }

    func finished(_ lease: UInt64) -> FinishedEpisode {
        FinishedEpisode(
            ticket: lease, episode: Episode(name: .recording(0), trackSeed: 9),
            outcome: .success(
                EpisodeOutcome(
                    episodeReturn: 1, steps: 2, tilesVisited: 1, trackTiles: 3, end: .timeLimit)))
    }
}

struct SessionTests {
    @Test func `a worker greets, fetches the models and takes part`() throws {
        var talk = Conversation()
        try talk.work()
        #expect(
            talk.workerActions == [
                .startEngine(
                    models: ["vae": Conversation.model], work: .score(settings: Data("{}".utf8))),
                .tell(.connected(run: "run", cores: 1, environments: 2)),
                .begin([
                    .init(
                        lease: 5, episode: Episode(name: .recording(0), trackSeed: 9),
                        parameters: [4])
                ]),
            ])
        #expect(talk.coordinatorActions.contains(.joined(1, slots: 2, cores: 1, capacity: 3)))
        #expect(talk.worker.held == [5])
    }

    @Test func `no engine is made of a model whose bytes are others than was said`() throws {
        var talk = Conversation()
        talk.worker.connected(at: 0)
        try talk.talk { if case .modelRequest = $0 { true } else { false } }
        let membership = try #require(talk.worker.membership)
        func piece(_ data: Data) -> [UInt8] {
            CoordinatorFrame(
                .modelPiece(sha256: SHA256.digest(Conversation.model), offset: 0, data: data),
                run: membership.run, session: membership.session
            ).encoded()
        }
        var damaged = Conversation.model
        damaged[3] ^= 1
        talk.worker.received(piece(damaged), at: 0)
        try talk.talk { if case .modelRequest = $0 { true } else { false } }
        #expect(talk.workerActions == [.tell(.corruptModel("vae"))])
        // It is asked for again.
        talk.worker.received(piece(Conversation.model), at: 0)
        try talk.talk()
        #expect(
            talk.workerActions.dropFirst().first
                == .startEngine(
                    models: ["vae": Conversation.model], work: .score(settings: Data("{}".utf8))))
    }

    @Test func `a worker that is not ready is said to use no core`() throws {
        var talk = Conversation()
        talk.worker.connected(at: 0)
        try talk.talk {
            switch $0 {
            case .ready, .heartbeat: true
            default: false
            }
        }
        #expect(talk.coordinator.workers[1]?.hello.cores == 1)
        #expect(talk.coordinator.workers[1].map { [$0.cores, $0.wantedCores] } == [0, 0])
    }

    @Test func `a worker whose Ready is lost takes part by its heartbeat`() throws {
        var talk = Conversation()
        talk.worker.connected(at: 0)
        try talk.talk { if case .ready = $0 { true } else { false } }
        #expect(talk.coordinatorActions.contains(.joined(1, slots: 2, cores: 1, capacity: 3)))
    }

    @Test func `a result that ends while there is no coordinator waits for one`() throws {
        var talk = Conversation()
        try talk.work()
        talk.worker.connectionLost(at: 1)
        talk.worker.finished(talk.finished(5), seconds: 1)
        #expect(talk.worker.nextResults == nil)
        talk.coordinator.disconnected(talk.peer)
        talk.worker.connected(at: 2)
        try talk.talk()
        let frame = try #require(talk.worker.nextResults)
        guard case .results(let results) = try WorkerFrame(decoding: frame).message else {
            Issue.record("no results")
            return
        }
        #expect(results.map(\.lease) == [5])
        talk.worker.resultsSent()
        #expect(talk.worker.held.isEmpty && talk.worker.nextResults == nil)
    }

    @Test func `a farewell ends the connection, and what waits to be sent`() throws {
        var talk = Conversation()
        try talk.work()
        talk.worker.finished(talk.finished(5), seconds: 1)
        talk.coordinator.sayFarewell(.paused, "the end")
        try talk.talk()
        #expect(talk.workerActions.suffix(2) == [.tell(.farewell(.paused, "the end")), .hangUp])
        #expect(talk.worker.held.isEmpty)
        talk.worker.tick(at: 10, cores: [])
        #expect(talk.worker.takeActions() == [.tell(.noCoordinator)])
    }

    @Test func `an unknown session is told to say Hello again, once`() throws {
        var talk = Conversation()
        try talk.work()
        talk.coordinator.hangUp(1)
        for time in [2.0, 3.5] { talk.worker.tick(at: time, cores: []) }
        try talk.talk()
        #expect(talk.coordinatorActions.count { $0 == .introduced(1) } == 2)
        #expect(talk.worker.held == [5])
    }

    @Test func `another version is refused by both numbers, and the worker ends`() throws {
        var talk = Conversation(version: 3)
        talk.worker.connected(at: 0)
        try talk.talk()
        guard case .end(.refused(.protocolVersion, let reason)) = talk.workerActions.last else {
            Issue.record("\(talk.workerActions)")
            return
        }
        #expect(reason.contains("version 3") && reason.contains("\(ProtocolVersion.current)"))
        #expect(talk.coordinator.peerCount == 0)
    }

    @Test func `a worker whose engine hangs says so and ends`() throws {
        var talk = Conversation()
        try talk.work()
        talk.workerActions = []
        // As long as it steps, and while its process is stopped, nothing is wrong.
        for second in 1...300 {
            talk.worker.tick(
                at: Double(second), cores: [.init(progress: UInt64(second), isBusy: true)])
        }
        talk.worker.tick(at: 5000, cores: [.init(progress: 300, isBusy: true)])
        try talk.talk()
        let ends = { (action: WorkerSession.Action) in
            if case .end(.engine(let reason)) = action { reason.contains("no step") } else { false }
        }
        #expect(!talk.workerActions.contains(where: ends))
        for second in 1...59 {
            talk.worker.tick(at: 5000 + Double(second), cores: [.init(progress: 300, isBusy: true)])
        }
        try talk.talk()
        #expect(!talk.workerActions.contains(where: ends))
        for second in 60...62 {
            talk.worker.tick(at: 5000 + Double(second), cores: [.init(progress: 300, isBusy: true)])
        }
        try talk.talk()
        #expect(talk.workerActions.contains(where: ends))
        let said = talk.coordinatorActions.contains {
            if case .left(_, let reason) = $0 { reason.contains("no step") } else { false }
        }
        #expect(said)
    }

    @Test func `a worker that drains takes no more, and leaves with its last result`() throws {
        var talk = Conversation()
        try talk.work()
        talk.worker.drain(withdrawn: [], at: 1)
        talk.coordinator.assign(
            [.init(lease: 6, episode: Episode(name: .recording(1), trackSeed: 9))], vectors: [],
            to: 1)
        try talk.talk()
        #expect(talk.worker.held == [5])
        talk.worker.finished(talk.finished(5), seconds: 1)
        while talk.worker.nextResults != nil { talk.worker.resultsSent() }
        talk.worker.tick(at: 2, cores: [])
        try talk.talk()
        #expect(talk.workerActions.last == .end(.drained))
        #expect(
            talk.coordinatorActions.last
                == .left(1, "it was told to stop and has finished"))
    }

    @Test func `what was fetched of models that are not announced any more is let go of`() throws {
        var worker = Conversation().worker
        let models = [Data(repeating: 1, count: 10), Data(repeating: 2, count: 10)]
        /// Where the next piece is asked for, after a message.
        func offset(after message: CoordinatorMessage) throws -> UInt64? {
            worker.received(
                CoordinatorFrame(message, run: "run", session: 1).encoded(), at: 0)
            guard case .send(let bytes) = worker.takeActions().last,
                case .modelRequest(_, let offset) = try WorkerFrame(decoding: bytes).message
            else { return nil }
            return offset
        }
        func welcome(_ model: Data) -> CoordinatorMessage {
            .welcome(
                Welcome(
                    models: [
                        ModelDescription(name: "vae", sha256: SHA256.digest(model), size: 10)
                    ], work: .score(settings: Data()), heartbeatSeconds: 1))
        }
        worker.connected(at: 0)
        #expect(try offset(after: welcome(models[0])) == 0)
        let piece = CoordinatorMessage.modelPiece(
            sha256: SHA256.digest(models[0]), offset: 0, data: models[0].prefix(4))
        #expect(try offset(after: piece) == 4)
        #expect(try offset(after: welcome(models[0])) == 4)
        #expect(try offset(after: welcome(models[1])) == 0)
        #expect(try offset(after: welcome(models[0])) == 0)
    }

    @Test func `vectors that are large together travel in several messages`() throws {
        var talk = Conversation()
        try talk.work()
        let vectors = (0..<6).map { Data(repeating: UInt8($0), count: 1 << 20) }
        talk.coordinator.assign(
            (0..<12).map { index in
                .init(
                    lease: UInt64(index + 1),
                    episode: Episode(
                        name: .recording(index), trackSeed: 9, vector: index % vectors.count))
            }, vectors: vectors, to: 1)
        var leases: [UInt64] = []
        var messages = 0
        for case .send(let bytes, _) in talk.coordinator.takeActions() {
            #expect(bytes.count < WireLimits.bytesToWorker)
            guard case .assignments(let message) = try CoordinatorFrame(decoding: bytes).message
            else { continue }
            messages += 1
            for assignment in message.assignments {
                leases.append(assignment.lease)
                let vector = message.vectors[assignment.episode.vector]
                #expect(vector.first == UInt8((assignment.lease - 1) % 6))
            }
        }
        #expect(leases == Array(1...12) && messages > 1)
    }

    @Test func `vectors are sent once a message, however many episodes name them`() throws {
        var talk = Conversation()
        try talk.work()
        let episodes = (0..<6).map { index in
            Assignments.Assignment(
                lease: UInt64(10 + index),
                episode: Episode(name: .recording(index), trackSeed: 1, vector: 2 * (index / 3)))
        }
        talk.coordinator.assign(episodes, vectors: [Data(), Data(), Data(count: 8)], to: 1)
        guard case .send(let bytes, _) = talk.coordinator.takeActions().last,
            case .assignments(let message) = try CoordinatorFrame(decoding: bytes).message
        else {
            Issue.record("nothing was sent")
            return
        }
        #expect(message.vectors == [Data(), Data(count: 8)])
        #expect(message.assignments.map(\.episode.vector) == [0, 0, 0, 1, 1, 1])
    }
}
