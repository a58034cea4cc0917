// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Episodes
import Foundation
import RolloutServer
import TestSupport
import Testing

/// `worker --check`, and `status`, tell what stands between a program and its coordinator.
@Suite(.inTurn(), .serialized)
struct CoordinatorCheckTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func server(
        _ change: (inout RolloutServer.Configuration) throws -> Void = { _ in }
    ) throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "checked", models: [], work: .score(settings: Data()))
        try change(&configuration)
        return try RolloutServer(configuration)
    }

    /// What a check prints, and its status.
    private func check(_ arguments: [String]) async throws -> (lines: [String], status: Int32?) {
        let process = try ProgramProcess(["worker", "--check"] + arguments)
        let lines = await process.lines()
        return (lines, await process.exitStatus())
    }

    @Test func `all is well, and the coordinator has lost nobody`() async throws {
        let server = try server()
        defer { server.stop() }
        let (lines, status) = try await check(["--connect", server.address])
        #expect(status == 0)
        #expect(
            lines.map { $0.prefix { $0 != " " } } == [
                "address", "port", "key", "version", "worker",
            ])
        #expect(lines.last?.contains("is let in to run checked") == true)
        event: for await event in server.events {
            switch event {
            // The port is tried by a connection that says nothing, whose end may be seen first.
            case .unauthenticated: continue
            case .left(_, let reason): #expect(reason.contains("--check"))
            default: Issue.record("\(event)")
            }
            break event
        }
    }

    @Test func `a name, a port and silence are told apart`() async throws {
        let name = try await check(["--connect", "tcp://no-such-host.invalid:5555", "--insecure"])
        #expect(name.status == 69 && name.lines.last?.hasPrefix("name      FAILED") == true)
        let closed = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true))
        closed.close()
        let port = try await check(["--connect", closed.address])
        #expect(port.status == 69 && port.lines.last?.hasPrefix("port      FAILED") == true)
        let missing = directory.file("missing").path
        let file = try await check(["--coordinator-file", missing])
        #expect(file.status == 69 && file.lines.last?.contains("is not there") == true)
    }

    @Test func `a key, a role and a worker that is not wanted are told apart`() async throws {
        let (own, known) = (try KeyPair(in: directory, "c"), try KeyPair(in: directory, "known"))
        _ = try KeyPair(in: directory, "other")
        let looking = try KeyPair(in: directory, "look")
        let allowed = directory.file("allowed")
        let text = "\(known.keys.publicKey)\n\(looking.keys.publicKey) look\n"
        try Data(text.utf8).write(to: allowed)
        let server = try server {
            $0.security = .curve(own.keys, try ClientList(file: allowed))
            $0.core.session.fingerprint = "another processor"
        }
        defer { server.stop() }
        func keyed(_ name: String, server key: String = "c") -> [String] {
            [
                "--connect", server.address, "--key", directory.file("\(name).key").path,
                "--server-key", directory.file("\(key).public").path,
            ]
        }
        let stranger = try await check(keyed("other"))
        #expect(stranger.status == 77)
        #expect(stranger.lines.last?.contains("the key was not accepted") == true)
        let deceived = try await check(keyed("known", server: "other"))
        #expect(deceived.status == 77)
        #expect(deceived.lines.last?.contains("key       FAILED") == true)
        let plain = try await check(["--connect", server.address])
        #expect(plain.status == 77 && plain.lines.last?.contains("key       FAILED") == true)
        let looker = try await check(keyed("look"))
        #expect(looker.status == 77 && looker.lines.last?.contains("may look") == true)
        let worker = try await check(keyed("known"))
        #expect(worker.status == 77)
        #expect(worker.lines.last?.contains("results would differ") == true)
        // A worker that works is refused in the same way, and ends.
        let refused = try ProgramProcess(["worker"] + keyed("known"))
        #expect(await refused.exitStatus() == 77)
        // A key that is not known may be added: it waits, says so, and gives up when it is told to.
        let waiting = try ProgramProcess(["worker", "--idle-timeout", "2"] + keyed("other"))
        #expect(await waiting.exitStatus() == 75)
        #expect(await waiting.lines().contains { $0.contains("the key was not accepted") })
        let status = try ProgramProcess(["status"] + keyed("other"))
        #expect(await status.lines().contains { $0.contains("did not accept us") })
        #expect(await status.exitStatus() == 77)
    }

    @Test func `a coordinator that trains answers, has workers wait, and lets them in`()
        async throws
    {
        let data = directory.file("data").path
        let recording = try ProgramProcess([
            "generate", "--rollouts", "2", "--rootdir", data, "--steps", "34",
        ])
        #expect(await recording.exitStatus() == 0)
        let file = directory.file("address").path
        let coordinator = try ProgramProcess([
            "coordinator", "--logdir", directory.file("run").path, "--data", data,
            "--vae-epochs", "2", "--mdrnn-epochs", "1", "--pop-size", "4", "--n-samples", "1",
            "--max-steps", "10", "--evaluation-episodes", "1", "--generations", "1",
            "--address-file", file,
        ])
        let line = try #require(await coordinator.line { $0.contains("listening at ") })
        let worker = try ProgramProcess([
            "worker", "--coordinator-file", file, "--cores", "1", "--environments", "1", "--until",
            "finished",
        ])
        let words = line.split(separator: " ")
        let place = try #require(words.firstIndex(of: "at"))
        let address = words[place + 1].dropLast()
        let status = try ProgramProcess(["status", "--connect", String(address)])
        #expect(await status.exitStatus() == 0)
        #expect(await status.lines().contains { $0.contains("training ") })
        _ = try #require(await worker.line { $0.contains("prepares its run") })
        #expect(await coordinator.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
    }
}
