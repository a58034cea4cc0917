// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import Foundation
import TestSupport
import Testing

/// How coordinators and workers end, as processes that supervisors start.
@Suite(.inTurn(), .serialized)
struct ProcessEndingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let run = directory.file("run")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: run.appending(path: "vae.safetensors"))
        try QuickModels.mdrnn.write(to: run.appending(path: "mdrnn.safetensors"))
    }

    private var file: String { directory.file("address.json").path }

    private func coordinator(_ arguments: [String] = [], generations: Int) throws -> ProgramProcess
    {
        try ProgramProcess(
            [
                "coordinator", "--logdir", directory.file("run").path, "--pop-size", "4",
                "--n-samples", "1", "--max-steps", "10", "--evaluation-episodes", "1",
                "--generations", "\(generations)", "--address-file", file,
            ] + arguments)
    }

    private func worker(_ arguments: [String]) throws -> ProgramProcess {
        try ProgramProcess(
            ["worker", "--coordinator-file", file, "--cores", "1", "--environments", "1"]
                + arguments)
    }

    private func state() throws -> String? {
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        return (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["state"] as? String
    }

    @Test func `a worker of one run may begin before it, and ends with it`() async throws {
        let worker = try worker(["--until", "finished"])
        _ = try #require(await worker.line { $0.contains("is not there") })
        let coordinator = try coordinator(generations: 1)
        #expect(await coordinator.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
        #expect(await worker.lines().last?.contains("has finished") == true)
        #expect(try state() == "finished")
        // One of an array that gets its turn when all is over.
        let late = try self.worker(["--until", "finished"])
        #expect(await late.exitStatus() == 0)
    }

    @Test func `a coordinator that is told to stop comes back elsewhere, and its workers find it`()
        async throws
    {
        let worker = try worker(["--until", "finished"])
        let first = try coordinator(["--stopped-status", "75"], generations: 1000)
        _ = try #require(await first.line { $0.contains("generation 1:") })
        first.signal(SIGTERM)
        #expect(await first.exitStatus() == 75)
        #expect(try state() == "paused")
        _ = try #require(await worker.line { $0.contains("waiting for its return") })
        // Another port, as on another host.
        let second = try coordinator(generations: 1)
        #expect(await second.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
    }

    @Test func `one that is killed is neither paused nor finished`() async throws {
        let worker = try worker(["--until", "finished"])
        let first = try coordinator(generations: 1000)
        _ = try #require(await first.line { $0.contains("generation 1:") })
        first.signal(SIGKILL)
        _ = await first.exitStatus()
        _ = try #require(await worker.line { $0.contains("lost the coordinator") })
        #expect(try state() == "running")
        let second = try coordinator(generations: 1)
        #expect(await second.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
    }

    @Test func `time without work, and the time of the host, end a worker with 75`() async throws {
        let idle = try worker(["--idle-timeout", "1s"])
        #expect(await idle.exitStatus() == 75)
        #expect(await idle.lines().contains { $0.contains("is not there") })
        let coordinator = try coordinator(generations: 1000)
        // Its lifetime passes while it waits, too.
        _ = try #require(await coordinator.line { $0.contains("workers connect with") })
        let short = try worker(["--lifetime", "40s", "--grace", "30"])
        _ = try #require(await short.line { $0.contains("connected to") })
        #expect(await short.exitStatus() == 75)
        #expect(await short.lines().contains { $0.contains("lifetime is over") })
        _ = try #require(
            await coordinator.line { $0.contains("left: it was told to stop and has finished") })
        let asked = try worker(["--stopped-status", "3"])
        _ = try #require(await asked.line { $0.contains("connected to") })
        asked.signal(SIGHUP)
        #expect(await asked.exitStatus() == 3)
    }

    @Test func `a recording has a file and an end as well`() async throws {
        let worker = try worker(["--until", "finished"])
        let generate = try ProgramProcess([
            "generate", "--rollouts", "2", "--rootdir", directory.file("data").path, "--steps",
            "10", "--bind", "tcp://*:*", "--insecure", "--advertise", "tcp://127.0.0.1:*",
            "--address-file", file,
        ])
        #expect(await generate.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
        #expect(try state() == "finished")
    }

    @Test func `keys need no file of the coordinator's but the one of its address`() async throws {
        let keys = try (KeyPair(in: directory, "c"), KeyPair(in: directory, "w"))
        let allowed = directory.file("allowed")
        try Data((keys.1.keys.publicKey + "\n").utf8).write(to: allowed)
        let coordinator = try coordinator(
            [
                "--bind", "tcp://*:*", "--key", directory.file("c.key").path, "--allow",
                allowed.path,
            ], generations: 1)
        let worker = try worker(["--until", "finished", "--key", directory.file("w.key").path])
        #expect(await coordinator.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
    }
}
