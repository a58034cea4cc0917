// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import ClusterTransport
import ClusterSessions
import Foundation
import RolloutWorker
import SeededRandom
import Synchronization
import TestSupport
import Testing

@testable import Episodes

@testable import RolloutServer

@testable import Search

/// What arrives from outside may be anything.
///
/// The environment variable FUZZ_FRAMES sets the number of frames, else 20,000.
@Suite(.inTurn(minutes: 10))
struct HostilePeerTests {
    private static let frames =
        ProcessInfo.processInfo.environment["FUZZ_FRAMES"].flatMap(Int.init) ?? 20_000

    /// Sound messages of every kind, to be mutated.
    private func seeds() -> [[UInt8]] {
        let result = LeasedResult(
            lease: 77,
            report: .outcome(
                EpisodeOutcome(
                    episodeReturn: 3, steps: 5, tilesVisited: 0, trackTiles: 0, end: .timeLimit)),
            seconds: 0)
        let messages: [WorkerMessage] = [
            .hello(
                Hello(
                    instance: Data(repeating: 1, count: 16), host: "fuzz", process: 0, cores: 1,
                    environments: 4, software: "", fingerprint: "")),
            .ready(capacity: 5, cores: 1), .results([result, result]),
            .heartbeat(Heartbeat(progress: [0], leases: [1, 2, 3], capacity: 0)),
            .modelRequest(sha256: Data(count: 32), offset: 0),
            .recordingPiece(
                RecordingPiece(lease: 77, offset: 0, total: 100, data: Data(count: 60))),
            .goodbye(reason: ""), .statusRequest,
        ]
        return messages.map { WorkerFrame($0, run: "fuzz", session: 12345).encoded() }
    }

    private func mutate(_ seed: [UInt8], _ random: inout PCG64) -> [UInt8] {
        var bytes = seed
        switch random.integer(below: 5) {
        case 0:
            bytes = (0..<random.integer(below: 200)).map { _ in
                UInt8(truncatingIfNeeded: random.next32())
            }
        case 1: bytes.removeLast(Int(random.integer(below: UInt32(bytes.count))))
        case 2: bytes += bytes
        case 3: break
        default:
            for _ in 0...random.integer(below: 8) {
                let index = Int(random.integer(below: UInt32(bytes.count)))
                bytes[index] = UInt8(truncatingIfNeeded: random.next32())
            }
        }
        return bytes
    }

    @Test func `random and mutated frames do not stop the work, nor fill the memory`() async throws
    {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "fuzz",
            models: [ServedModel(name: "vae", data: Data([1]))], work: .score(settings: Data()))
        configuration.core.session.heartbeatSeconds = 0.1
        let server = try RolloutServer(configuration)
        let address = server.address
        let seeds = seeds()
        let frames = Self.frames
        let (finished, finish) = AsyncStream.makeStream(of: Int.self)
        let before = ResidentMemory.now
        Thread {
            var random = PCG64(seed: 9)
            var sent = 0
            defer {
                finish.yield(sent)
                finish.finish()
            }
            guard let endpoint = try? Endpoint(parsing: address, binding: false),
                let attacker = try? ConnectingTransport(connectingTo: endpoint)
            else { return }
            while sent < frames {
                let seed = seeds[Int(random.integer(below: UInt32(seeds.count)))]
                if (try? attacker.send(self.mutate(seed, &random), to: .coordinator)) == true {
                    sent += 1
                    if sent % 64 != 0 { continue }
                }
                // Answers are read, or the server's queue for this peer would fill.
                while (try? attacker.receive(waitingAtMost: 0.001)) != nil {}
            }
            attacker.close()
        }.start()
        let worker = try TestWorker(address)
        for generation in 0..<5 {
            let tasks = makeBatch(40, generation: generation)
            let results = try await server.perform(tasks) { _, _ in }
            #expect(results.map(\.episode) == tasks.episodes)
            #expect(
                results.map(\.outcome.episodeReturn)
                    == ScriptedEngine.expectedReturns(tasks))
        }
        for await sent in finished { #expect(sent == frames) }
        let tasks = makeBatch(10)
        #expect(try await server.perform(tasks) { _, _ in }.count == 10)
        #expect(server.counters().malformed > frames / 20)
        let growth = await ResidentMemory.growth(since: before, below: 200)
        print("\(frames) frames, \(before) MiB and \(growth)")
        #expect(growth < 200)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `the worker's decoder survives a hostile coordinator's frames`() {
        var random = PCG64(seed: 4)
        let seeds = hostileSeeds(model: Data([1, 2, 3, 4, 5]))
        var refused = 0
        for index in 0..<Self.frames {
            let bytes = mutate(seeds[index % seeds.count], &random)
            do {
                _ = try CoordinatorFrame(decoding: bytes)
            } catch {
                refused += 1
            }
        }
        #expect(refused > Self.frames / 10)
    }

    /// What a hostile coordinator says: sound messages of every kind, to be mutated.
    private func hostileSeeds(model: Data) -> [[UInt8]] {
        let sha256 = SHA256.digest(model)
        let welcome = Welcome(
            models: [ModelDescription(name: "vae", sha256: sha256, size: model.count)],
            work: .score(settings: Data("{}".utf8)), heartbeatSeconds: 0.1)
        let assignments = Assignments(
            vectors: [Data(repeating: 7, count: 40)],
            assignments: (0..<3).map { index in
                .init(
                    lease: index, episode: Episode(name: .recording(Int(index)), trackSeed: index))
            })
        let messages: [CoordinatorMessage] = [
            .welcome(welcome), .modelPiece(sha256: sha256, offset: 0, data: model),
            .assignments(assignments), .assignments(assignments), .rejoin,
            .farewell(.finished, reason: ""),
            .status(ClusterStatus(counters: ServerCounters(), workers: [], run: nil)),
        ]
        return messages.map { CoordinatorFrame($0, run: "fuzz", session: 77).encoded() }
    }

    @Test func `a worker outlives a hostile coordinator, and works for an honest one`() async throws
    {
        let hostile = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true))
        let address = hostile.address
        let endpoint = try Endpoint(parsing: address, binding: false)
        var configuration = RolloutWorker.Configuration(environments: 4)
        configuration.helloSeconds = 0.5
        let worker = RolloutWorker(configuration: configuration)
        let before = ResidentMemory.now
        let lives = Mutex(0)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        Thread {
            var isOver = false
            while !isOver {
                lives.withLock { $0 += 1 }
                // Another protocol version ends a worker, as it should: then the next one comes.
                let ending = Result {
                    try worker.run(
                        over: ConnectingTransport(connectingTo: endpoint),
                        engine: { _, _ in { ScriptedEngine(slots: $0) } },
                        report: { _ in })
                }
                if case .success = ending { isOver = true }
            }
            end.finish()
        }.start()
        let model = Data([1, 2, 3])
        let seeds = hostileSeeds(model: model)
        var random = PCG64(seed: 6)
        var sent = 0
        var peer: PeerIdentifier?
        while sent < Self.frames {
            while let event = try hostile.receive(waitingAtMost: peer == nil ? 1 : 0) {
                if case .message(let sender, _, _) = event { peer = sender }
                if case .disconnected(let gone) = event, gone == peer { peer = nil }
            }
            for _ in 0..<16 {
                guard let receiver = peer else { break }
                let seed = seeds[Int(random.integer(below: UInt32(seeds.count)))]
                if try hostile.send(mutate(seed, &random), to: receiver) {
                    sent += 1
                } else {
                    peer = nil
                }
            }
        }
        hostile.close()
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: address, run: "honest", models: [ServedModel(name: "vae", data: model)],
                work: .score(settings: Data("{}".utf8))))
        let tasks = makeBatch(20)
        let results = try await server.perform(tasks) { _, _ in }
        #expect(
            results.map(\.outcome.episodeReturn)
                == ScriptedEngine.expectedReturns(tasks))
        let growth = await ResidentMemory.growth(since: before, below: 200)
        print("\(sent) frames, \(lives.withLock { $0 }) lives, \(before) MiB and \(growth)")
        #expect(growth < 200)
        worker.drain()
        for await _ in ended {}
        server.stop()
    }

    @Test func `with CURVE only listed clients get anything, and the list may change`() async throws
    {
        let folder = try TemporaryDirectory()
        func keys(_ name: String) throws -> CurveKeys { try KeyPair(in: folder, name).keys }
        let serverKeys = try keys("server")
        let friend = try keys("friend")
        let stranger = try keys("stranger")
        let list = ClientList([friend.publicKey])
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "curve", models: [], work: .score(settings: Data()))
        configuration.security = .curve(serverKeys, list)
        let server = try RolloutServer(configuration)
        let outsiders = try [
            TestWorker(server.address, host: "plain"),
            TestWorker(
                server.address, security: .curve(stranger, serverKey: serverKeys.publicKey),
                host: "stranger"),
            TestWorker(
                server.address, security: .curve(friend, serverKey: stranger.publicKey),
                host: "deceived"),
        ]
        let worker = try TestWorker(
            server.address, security: .curve(friend, serverKey: serverKeys.publicKey),
            host: "friend")
        let results = try await server.perform(makeBatch(50)) { _, _ in }
        #expect(results.allSatisfy { $0.driver.name.hasPrefix("friend/") })
        #expect(server.workers().allSatisfy { $0.host == "friend" })
        worker.worker.drain()
        _ = try await worker.end()
        _ = await outsiders[1].line { $0.contains("the key was not accepted") }
        // It keeps knocking: no one has to start it again.
        list.replace(with: [stranger.publicKey])
        let later = try await server.perform(makeBatch(5)) { _, _ in }
        #expect(later.allSatisfy { $0.driver.name.hasPrefix("stranger/") })
        #expect(outsiders[1].lines.last?.hasPrefix("connected") == true)
        for outsider in outsiders { outsider.worker.leaveNow() }
        for outsider in outsiders { _ = try await outsider.end() }
        server.stop()
    }
}
