// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RolloutWorker
import TestSupport
import Testing

/// `worldmodels generate` with workers that are processes, some of which do not end well.
@Suite(.inTurn())
struct GenerateTests {
    private static let count = 14

    private func arguments(_ directory: TemporaryDirectory) -> [String] {
        [
            "generate", "--rollouts", "\(Self.count)", "--rootdir", directory.path, "--steps",
            "400", "--seed", "5", "--policy", "driver",
        ]
    }

    /// The files by their names; temporary ones are there while they are written.
    private func files(_ directory: TemporaryDirectory) throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: directory.contents().filter { $0.hasSuffix(".npz") }.map {
                ($0, try Data(contentsOf: directory.file($0)))
            })
    }

    @Test func `a killed worker and a killed generate change no byte, and what is there is kept`()
        async throws
    {
        let here = try TemporaryDirectory()
        let there = try TemporaryDirectory()
        let local = try ProgramProcess(arguments(here) + ["--threads", "1"])
        #expect(await local.exitStatus() == 0)
        let wanted = try files(here)
        #expect(wanted.count == Self.count)
        // One file is there, and not what a recording would make of it.
        let kept = there.file("rollout_00003.npz")
        try Data("kept".utf8).write(to: kept)

        func generate(_ address: String) async throws -> (process: ProgramProcess, address: String)
        {
            let process = try ProgramProcess(arguments(there) + ["--bind", address])
            let greeting = await process.line { $0.contains("--connect ") }
            return (process, try #require(greeting?.split(separator: " ").last.map(String.init)))
        }
        var (process, address) = try await generate("tcp://127.0.0.1:*")
        let first = try ProgramProcess(["worker", "--connect", address, "--environments", "2"])
        _ = await process.line { $0.contains("joined") }
        first.signal(SIGKILL)
        #expect(await process.line { $0.contains("is lost") } != nil)
        let gate = Gate(open: false)
        let second = try TestWorker(
            address, environments: 2, engine: GatedEngine.driving(behind: gate))
        let line = await second.line { $0.contains("connected to") }
        #expect(line?.contains("run recording-driver-seed-5: ") == true)
        await gate.isReached()
        process.signal(SIGKILL)
        #expect(await process.exitStatus() == 128 + SIGKILL)
        gate.open()
        (process, _) = try await generate(address)
        #expect(await process.exitStatus() == 0)
        #expect(await second.line { $0.contains("the recording is over") } != nil)
        second.worker.drain()
        _ = try await second.end()

        var found = try files(there)
        #expect(found["rollout_00003.npz"] == Data("kept".utf8))
        found["rollout_00003.npz"] = wanted["rollout_00003.npz"]
        #expect(found == wanted)
    }

    @Test func `a file without a byte is recorded again`() async throws {
        let there = try TemporaryDirectory()
        let record = ["generate", "--rollouts", "2", "--rootdir", there.path, "--steps", "2"]
        let first = try ProgramProcess(record)
        #expect(await first.exitStatus() == 0)
        let wanted = try files(there)
        #expect(truncate(there.file("rollout_00001.npz").path, 0) == 0)
        let again = try ProgramProcess(record)
        #expect(await again.line { $0.contains("has 1 of the 2 episodes") } != nil)
        #expect(await again.exitStatus() == 0)
        #expect(try files(there) == wanted)
    }

    @Test func `told to stop it says how to go on, with the signal's status`() async throws {
        let there = try TemporaryDirectory()
        let process = try ProgramProcess(arguments(there) + ["--bind", "tcp://127.0.0.1:*"])
        _ = await process.line { $0.contains("--connect ") }
        process.signal(SIGTERM)
        #expect(await process.line { $0.contains("the same command") } != nil)
        #expect(await process.exitStatus() == 128 + SIGTERM)
    }

    @Test(arguments: [
        ["--bind", "tcp://0.0.0.0:*"], ["--bind", "nowhere"], ["--key", "x"], ["--insecure"],
        ["--bind", "tcp://127.0.0.1:*", "--key", "x"],
        ["--bind", "tcp://127.0.0.1:*", "--steps", "20001"],
    ])
    func `what cannot be is refused before anything is recorded`(extra: [String]) async throws {
        let there = try TemporaryDirectory()
        let process = try ProgramProcess(arguments(there) + extra)
        let status = await process.exitStatus()
        #expect(status != 0 && (status ?? 128) < 128)
        #expect(try files(there).isEmpty)
    }
}
