// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
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
@Suite(.timeLimit(.minutes(10)))
struct HostilePeerTests {
    private static let frames =
        ProcessInfo.processInfo.environment["FUZZ_FRAMES"].flatMap(Int.init) ?? 20_000

    private func residentMiB() -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (Double(text.split(separator: " ").dropFirst().first ?? "") ?? 0) / 256
    }

    /// Sound messages of every kind, to be mutated.
    private func seeds() -> [[UInt8]] {
        var message = WireFromWorker()
        message.protocolVersion = ProtocolVersion.current
        message.run = "fuzz"
        message.session = 12345
        var bodies: [WireFromWorker.OneOf_Body] = []
        var hello = WireHello()
        hello.instance = Data(repeating: 1, count: 16)
        hello.host = "fuzz"
        hello.environments = 4
        bodies.append(.hello(hello))
        var ready = WireReady()
        ready.capacity = 5
        bodies.append(.ready(ready))
        var result = WireResult()
        result.lease = 77
        result.episodeReturn = 3
        result.steps = 5
        result.end = "timeLimit"
        var results = WireResults()
        results.results = [result, result]
        bodies.append(.results(results))
        var heartbeat = WireHeartbeat()
        heartbeat.leases = [1, 2, 3]
        bodies.append(.heartbeat(heartbeat))
        var request = WireModelRequest()
        request.sha256 = Data(count: 32)
        bodies.append(.modelRequest(request))
        var chunk = WireRecordingChunk()
        chunk.lease = 77
        chunk.total = 100
        chunk.data = Data(count: 60)
        bodies.append(.recordingChunk(chunk))
        bodies.append(.goodbye(WireGoodbye()))
        bodies.append(.statusRequest(WireStatusRequest()))
        return bodies.map { body in
            message.body = body
            return message.encoded()
        }
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
        var configuration = RolloutServer.Configuration(bind: "tcp://127.0.0.1:*", run: "fuzz")
        configuration.heartbeatSeconds = 0.1
        let server = try RolloutServer(
            configuration: configuration,
            models: [ServedModel(name: "vae", data: Data([1]))], settings: Data())
        let address = server.address
        let seeds = seeds()
        let frames = Self.frames
        let (finished, finish) = AsyncStream.makeStream(of: Int.self)
        let before = residentMiB()
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
        let after = residentMiB()
        print("\(frames) frames, \(before) to \(after) MiB")
        #expect(after - before < 200)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `the worker's decoder survives a hostile coordinator's frames`() {
        var random = PCG64(seed: 4)
        var message = WireFromCoordinator()
        message.protocolVersion = ProtocolVersion.current
        var assignment = WireAssignment()
        assignment.parameters = Data(count: 40)
        message.assignments.assignments = [assignment]
        let assignments = message.encoded()
        var model = WireModel()
        model.sha256 = Data(count: 32)
        model.size = 5
        message.welcome.models = [model]
        message.welcome.heartbeatSeconds = 1
        message.welcome.leaseSeconds = 10
        let welcome = message.encoded()
        var refused = 0
        for index in 0..<Self.frames {
            let bytes = mutate(index % 2 == 0 ? assignments : welcome, &random)
            do {
                _ = try WireFromCoordinator(validating: bytes)
            } catch {
                refused += 1
            }
        }
        #expect(refused > Self.frames / 10)
    }

    /// What a hostile coordinator says: sound messages of every kind, to be mutated.
    private func hostileSeeds(model: Data) -> [[UInt8]] {
        var message = WireFromCoordinator()
        message.protocolVersion = ProtocolVersion.current
        message.run = "fuzz"
        message.session = 77
        var description = WireModel()
        description.name = "vae"
        description.sha256 = SHA256.digest(model)
        description.size = UInt64(model.count)
        var welcome = WireWelcome()
        welcome.models = [description]
        welcome.settings = Data("{}".utf8)
        welcome.heartbeatSeconds = 0.1
        welcome.leaseSeconds = 10
        var chunk = WireModelChunk()
        chunk.sha256 = description.sha256
        chunk.data = model
        var assignments = WireAssignments()
        assignments.assignments = (0..<3).map { index in
            var assignment = WireAssignment()
            assignment.lease = UInt64(index)
            assignment.parameters = Data(repeating: 7, count: 40)
            return assignment
        }
        let bodies: [WireFromCoordinator.OneOf_Body] = [
            .welcome(welcome), .modelChunk(chunk), .assignments(assignments),
            .assignments(assignments), .rejoin(WireRejoin()), .farewell(WireFarewell()),
            .status(WireStatus()),
        ]
        return bodies.map { body in
            message.body = body
            return message.encoded()
        }
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
        let before = residentMiB()
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
                        engine: { _, _, environments in ScriptedEngine(slots: environments) },
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
                if case .message(let sender, _) = event { peer = sender }
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
            configuration: RolloutServer.Configuration(bind: address, run: "honest"),
            models: [ServedModel(name: "vae", data: model)], settings: Data("{}".utf8))
        let tasks = makeBatch(20)
        let results = try await server.perform(tasks) { _, _ in }
        #expect(
            results.map(\.outcome.episodeReturn)
                == ScriptedEngine.expectedReturns(tasks))
        let after = residentMiB()
        print("\(sent) frames, \(lives.withLock { $0 }) lives, \(before) to \(after) MiB")
        #expect(after - before < 200)
        worker.drain()
        for await _ in ended {}
        server.stop()
    }

    @Test func `with CURVE only listed clients get anything, and the list may change`() async throws
    {
        let folder = try TemporaryDirectory()
        func keys(_ name: String) throws -> CurveKeys {
            let url = folder.file("\(name).key")
            _ = try KeyFile.create(at: url)
            return try KeyFile.readPair(at: url)
        }
        let serverKeys = try keys("server")
        let friend = try keys("friend")
        let stranger = try keys("stranger")
        let list = ClientList([friend.publicKey])
        var configuration = RolloutServer.Configuration(bind: "tcp://127.0.0.1:*", run: "curve")
        configuration.security = .curve(serverKeys, list)
        let server = try RolloutServer(
            configuration: configuration, models: [], settings: Data())
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

    @Test func `a key file that others may read is refused, and none is overwritten`() throws {
        let folder = try TemporaryDirectory()
        let url = folder.file("worker.key")
        let publicKey = try KeyFile.create(at: url)
        #expect(try KeyFile.readPair(at: url).publicKey == publicKey)
        #expect(try KeyFile.readPublic(at: KeyFile.publicURL(of: url)) == publicKey)
        #expect(throws: KeyFileError.exists(url.path)) { try KeyFile.create(at: url) }
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: url.path)
        #expect(throws: KeyFileError.loosePermissions(url.path, "640")) {
            try KeyFile.readPair(at: url)
        }
        let missing = folder.file("none.key")
        #expect(throws: KeyFileError.unreadable(missing.path)) { try KeyFile.readPair(at: missing) }
    }
}
