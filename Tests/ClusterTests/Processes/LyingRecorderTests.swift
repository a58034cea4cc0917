// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RolloutWorker
import TestSupport
import Testing

/// `worldmodels generate` with a host whose recordings are none.
@Suite(.inTurn())
struct LyingRecorderTests {
    private static let count = 14

    private func arguments(_ directory: TemporaryDirectory) -> [String] {
        [
            "generate", "--rollouts", "\(Self.count)", "--rootdir", directory.path, "--steps", "4",
            "--seed", "5", "--policy", "driver",
        ]
    }

    private func files(_ directory: TemporaryDirectory) throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: directory.contents().filter { $0.hasSuffix(".npz") }.map {
                ($0, try Data(contentsOf: directory.file($0)))
            })
    }

    private func honest(
        _ address: String
    ) throws -> (workers: [TestWorker], gates: [Gate]) {
        let gates = [Gate(open: false), Gate(open: false)]
        let workers = try zip(["a", "b"], gates).map { name, gate in
            try TestWorker(
                address, environments: 2, host: name, engine: GatedEngine.driving(behind: gate))
        }
        return (workers, gates)
    }

    @Test(arguments: [WrongWorker.Character.boaster, .pretender])
    func `what cannot be is no recording, also where nobody else is there`(
        character: WrongWorker.Character
    ) async throws {
        let directory = try TemporaryDirectory()
        let process = try ProgramProcess(arguments(directory) + ["--bind", "tcp://127.0.0.1:*"])
        let greeting = await process.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let liar = try WrongWorker(address, character: character, host: "liar")
        let news = await process.line { $0.contains("liar@") && $0.contains("impossible results") }
        #expect(news != nil)
        #expect(try files(directory).isEmpty)
        let worker = try TestWorker(
            address, environments: 2, host: "a",
            engine: GatedEngine.driving(behind: Gate(open: true)))
        let lines = await process.lines()
        #expect(await process.exitStatus() == 0, "\(lines)")
        #expect(try files(directory).count == Self.count)
        #expect(try files(directory).values.allSatisfy { $0.count > WrongWorker.recording.count })
        liar.stop()
        await liar.hasStopped()
        worker.worker.drain()
        _ = try await worker.end()
    }

    @Test func `nothing of its stays, also what came before there was anybody to compare with`()
        async throws
    {
        let here = try TemporaryDirectory()
        let local = try ProgramProcess(arguments(here))
        #expect(await local.exitStatus() == 0)
        let wanted = try files(here)

        let there = try TemporaryDirectory()
        var process = try ProgramProcess(arguments(there) + ["--bind", "tcp://127.0.0.1:*"])
        let greeting = await process.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let liar = try WrongWorker(
            address, character: .liar, host: "liar", capacity: 5, holdsOn: true)
        let deeds = await liar.done { $0.answers > 0 && $0.tasks > $0.answers }
        // Alone it is believed.
        while try files(there).count < deeds.answers {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try files(there).values.allSatisfy { $0 == WrongWorker.recording })
        let (workers, gates) = try honest(address)
        // They have some of the rest in hand, and are there to compare with when it goes on.
        for gate in gates { await gate.isReached() }
        liar.goOn()
        _ = await liar.done { $0.answers > deeds.answers }
        for gate in gates { gate.open() }
        let lines = await process.lines()
        #expect(lines.contains { $0.contains("liar@") && $0.contains("others agree") })
        #expect(lines.contains { $0.contains("\(deeds.answers) episodes are missing") })
        #expect(await process.exitStatus() == 1)
        let kept = try files(there)
        #expect(kept.count == Self.count - deeds.answers)
        #expect(kept.allSatisfy { wanted[$0.key] == $0.value })
        liar.stop()
        await liar.hasStopped()

        process = try ProgramProcess(arguments(there) + ["--bind", address])
        #expect(await process.exitStatus() == 0)
        #expect(try files(there) == wanted)
        for worker in workers { worker.worker.drain() }
        for worker in workers { _ = try await worker.end() }
    }
}
