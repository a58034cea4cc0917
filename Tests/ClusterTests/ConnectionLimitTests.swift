// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RolloutWorker
import ClusterProtocol
import ClusterTransport
import ClusterSessions
import Foundation
import RolloutServer
import TestSupport
import Testing

@testable import Episodes

/// Connections that take what they should not, over real sockets, while an honest worker works.
@Suite(.inTurn(), .serialized)
struct ConnectionLimitTests {
    private func server(_ change: (inout ConnectionLimits) -> Void = { _ in }) throws
        -> RolloutServer
    {
        var limits = ConnectionLimits(descriptors: 20_000)
        change(&limits)
        return RolloutServer(
            ServerCore.Configuration(
                session: CoordinatorSession.Configuration(
                    run: "limits", models: [], work: .score(settings: Data()))),
            transport: try ListeningTransport(
                listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true), limits: limits))
    }

    private func work(_ server: RolloutServer) async throws {
        let worker = try TestWorker(server.address)
        let tasks = makeBatch(40)
        let results = try await server.perform(tasks) { _, _ in }
        #expect(results.map(\.outcome.episodeReturn) == ScriptedEngine.expectedReturns(tasks))
        worker.worker.drain()
        _ = try await worker.end()
    }

    @Test func `connections that say nothing are few, and make room for a worker`() async throws {
        let server = try server {
            $0.beginners = 20
            $0.graceSeconds = 0.2
        }
        let silent = try (0..<200).map { _ in try RawPeer(server.address, greets: false) }
        try await work(server)
        while silent.count(where: \.isCutOff) < 180 {
            try Task.checkCancellation()
            await Task.yield()
        }
        #expect(server.counters().unauthenticated >= 180)
        // Not for their silence, of which ZeroMQ is tired in the end as well.
        var reason: String?
        for await event in server.events {
            guard case .unauthenticated(_, let last) = event else { continue }
            reason = last
            break
        }
        #expect(reason == "too many connections begin at once")
        server.stop()
    }

    @Test func `the gate stands before the C library's function that accepts`() {
        let library = dlopen("libc.so.6", RTLD_NOW)
        let behind = dlsym(library, "accept4")
        let first = dlsym(dlopen(nil, RTLD_NOW), "accept4")
        #expect(behind != nil && first != nil && first != behind)
    }

    @Test func `a message of thousands of frames is cut off before it fills the memory`()
        async throws
    {
        let server = try server()
        let before = ResidentMemory.now
        let frame = RawPeer.frame(bytes: 1_000_000)
        let peer = try RawPeer(server.address, greets: true)
        var sent = 0
        while sent < 2500, peer.send(frame) { sent += 1 }
        #expect(sent < 2500)
        try await work(server)
        #expect(await ResidentMemory.growth(since: before, below: 300) < 300)
        server.stop()
    }

    @Test func `a worker whose key is taken out of the list loses its connection`() async throws {
        let folder = try TemporaryDirectory()
        let serverKeys = try KeyPair(in: folder, "server").keys
        let keys = try KeyPair(in: folder, "worker").keys
        let list = ClientList([keys.publicKey])
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "keys", models: [], work: .score(settings: Data()))
        configuration.security = .curve(serverKeys, list)
        let server = try RolloutServer(configuration)
        let worker = try TestWorker(
            server.address, security: .curve(keys, serverKey: serverKeys.publicKey))
        _ = try await server.perform(makeBatch(4)) { _, _ in }
        list.replace(with: [])
        _ = await worker.line { $0.hasPrefix("lost the coordinator") }
        _ = await worker.line { $0.contains("the key was not accepted") }
        var told: [String] = []
        for await event in server.events {
            switch event {
            case .clientList(let text, isFault: false): told.append(text)
            case .lost: told.append("lost")
            default: continue
            }
            if told.count == 2 { break }
        }
        #expect(
            told.sorted() == [
                "lost", "the list of clients has changed: 0 keys may connect, 1 connections end",
            ])
        #expect(server.workers().isEmpty)
        worker.worker.leaveNow()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `what came of a key before it was taken away does not count after`() throws {
        let folder = try TemporaryDirectory()
        let serverKeys = try KeyPair(in: folder, "server").keys
        let keys = try KeyPair(in: folder, "worker").keys
        let list = ClientList([keys.publicKey])
        let server = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true),
            security: .curve(serverKeys, list))
        let client = try ConnectingTransport(
            connectingTo: Endpoint(parsing: server.address, binding: false),
            security: .curve(keys, serverKey: serverKeys.publicKey))
        var counted: [[UInt8]] = []
        while counted.isEmpty {
            if case .connected = try client.receive(waitingAtMost: 0.01) {
                _ = try client.send([1], to: .coordinator)
            }
            if case .message(_, let bytes, _) = try server.receive(waitingAtMost: 0.01) {
                counted.append(bytes)
            }
        }
        // They wait at the server, which looks for them when the list has changed.
        for number in UInt8(2)...200 { _ = try client.send([number], to: .coordinator) }
        while try client.receive(waitingAtMost: 0.01) != nil {}
        list.replace(with: [])
        while true {
            let event = try server.receive(waitingAtMost: 0.1)
            if case .message(_, let bytes, _) = event { counted.append(bytes) }
            if case .disconnected = event { break }
        }
        #expect(counted == [[1]])
        client.close()
        server.close()
    }

    @Test func `a list that is broken while the server runs is told of`() async throws {
        let folder = try TemporaryDirectory()
        let serverKeys = try KeyPair(in: folder, "server").keys
        let file = folder.file("allowed")
        try Data("\(serverKeys.publicKey)\n".utf8).write(to: file)
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "keys", models: [], work: .score(settings: Data()))
        configuration.security = .curve(serverKeys, try ClientList(file: file))
        let server = try RolloutServer(configuration)
        try Data("# keys\nnonsense\n".utf8).write(to: file)
        var told: String?
        for await event in server.events {
            guard case .clientList(let text, isFault: true) = event else { continue }
            told = text
            break
        }
        #expect(told?.contains("\(file.path):2: is no public key") == true)
        server.stop()
    }

    @Test func `a client that may look is told the status and given no work`() async throws {
        let folder = try TemporaryDirectory()
        let serverKeys = try KeyPair(in: folder, "server").keys
        let keys = try KeyPair(in: folder, "looker").keys
        let file = folder.file("allowed")
        try Data("public \(keys.publicKey) look\n".utf8).write(to: file)
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "keys", models: [], work: .score(settings: Data()))
        configuration.security = .curve(serverKeys, try ClientList(file: file))
        let server = try RolloutServer(configuration)
        let security = ClientSecurity.curve(keys, serverKey: serverKeys.publicKey)
        let worker = try TestWorker(server.address, security: security)
        await #expect(throws: RolloutWorker.Failure.self) { try await worker.end() }
        #expect(server.workers().isEmpty)
        let client = try ConnectingTransport(
            connectingTo: Endpoint(parsing: server.address, binding: false), security: security)
        var status: CoordinatorMessage?
        while status == nil {
            switch try client.receive(waitingAtMost: 1) {
            case .connected:
                _ = try client.send(WorkerFrame(.statusRequest).encoded(), to: .coordinator)
            case .message(_, let bytes, _): status = try CoordinatorFrame(decoding: bytes).message
            default: continue
            }
        }
        guard case .status = status else {
            Issue.record("\(String(describing: status))")
            return
        }
        client.close()
        server.stop()
    }
}
