// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RolloutWorker
import RunStore
import TestSupport
import Testing
import WorldModel

/// `worldmodels coordinator` where hosts differ: what `--on-disagreement` says of it is what happens.
@Suite(.inTurn())
struct DisagreementTests {
    private let place: TemporaryDirectory

    init() throws {
        place = try TemporaryDirectory()
        try QuickModels.vae.write(to: Agent.Part.vae.file(in: place.url))
        try QuickModels.mdrnn.write(to: Agent.Part.mdrnn.file(in: place.url))
    }

    /// A coordinator whose first generation a liar has driven alone, which keeps the next one.
    private func begin(_ options: [String]) async throws -> (
        coordinator: ProgramProcess, address: String, liar: WrongWorker
    ) {
        let coordinator = try ProgramProcess(
            [
                "coordinator", "--logdir", place.path, "--seed", "3", "--variant", "separable",
                "--pop-size", "8", "--n-samples", "1", "--max-steps", "8", "--evaluate-every", "0",
            ] + options)
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let liar = try WrongWorker(address, character: .liar, host: "liar", holdsOn: true)
        #expect(await coordinator.line { $0.hasPrefix("generation 1:") } != nil)
        _ = await liar.done { $0.tasks > $0.answers }
        return (coordinator, address, liar)
    }

    @Test(arguments: ["stop", "continue"])
    func `a run that has gone by a liar's results ends, or goes on as told`(
        told: String
    ) async throws {
        let (coordinator, address, liar) = try await begin([
            "--generations", "3", "--on-disagreement", told,
        ])
        let gates = [Gate(open: false), Gate(open: false)]
        let workers = try zip(["a", "b"], gates).map { name, gate in
            try TestWorker(
                address, environments: 2, host: name, engine: GatedEngine.driving(behind: gate))
        }
        // They are there to compare with before it goes on.
        for gate in gates { await gate.isReached() }
        let answers = liar.deeds.answers
        liar.goOn()
        _ = await liar.done { $0.answers > answers }
        for gate in gates { gate.open() }
        let lines = await coordinator.lines()
        #expect(lines.contains { $0.contains("liar@") && $0.contains("others agree") })
        #expect(await coordinator.exitStatus() == (told == "stop" ? 1 : 0))
        #expect(lines.contains { $0.hasPrefix("generation 3:") } == (told == "continue"))
        let isDoubted = lines.contains { $0.contains("--on-disagreement continue") }
        #expect(isDoubted == (told == "stop"))
        liar.stop()
        await liar.hasStopped()
        for worker in workers { worker.worker.drain() }
        for worker in workers { _ = try await worker.end() }
    }

    @Test(arguments: ["stop", "continue"])
    func `two that differ where nobody can decide end a run, or do not, as told`(
        told: String
    ) async throws {
        let (coordinator, address, liar) = try await begin([
            "--generations", "100000", "--checked-share", "0", "--on-disagreement", told,
        ])
        // It repeats what the liar keeps, and is believed.
        let worker = try TestWorker(
            address, host: "a", engine: GatedEngine.driving(behind: Gate()))
        #expect(await coordinator.line { $0.hasPrefix("generation 2:") } != nil)
        liar.goOn()
        let contradiction = await coordinator.line { $0.contains("nobody") }
        #expect(contradiction?.contains("liar/") == true, "\(contradiction ?? "")")
        if told == "continue" {
            for _ in 0..<2 {
                #expect(await coordinator.line { $0.hasPrefix("generation ") } != nil)
            }
            coordinator.signal(SIGTERM)
        }
        #expect(await coordinator.exitStatus() == (told == "stop" ? 1 : 128 + SIGTERM))
        liar.stop()
        await liar.hasStopped()
        worker.worker.drain()
        _ = try await worker.end()
    }
}
