// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import TestSupport
import Testing
import WorldModel

/// `worldmodels coordinator` where workers say different things that could all be true: what its
/// options make of it.
@Suite(.inTurn())
struct DisagreementTests {
    private static let population = 8

    private let place: TemporaryDirectory
    private var directory: RunDirectory { RunDirectory(path: place.path) }

    init() throws {
        place = try TemporaryDirectory()
        try QuickModels.vae.write(to: Agent.Part.vae.file(in: directory.url))
        try QuickModels.mdrnn.write(to: Agent.Part.mdrnn.file(in: directory.url))
    }

    private func coordinator(
        generations: Int, _ more: [String]
    ) async throws -> (process: ProgramProcess, address: String) {
        let process = try ProgramProcess(
            [
                "coordinator", "--logdir", directory.path, "--seed", "3", "--variant", "separable",
                "--pop-size", "\(Self.population)", "--n-samples", "1", "--max-steps", "8",
                "--evaluate-every", "0", "--generations", "\(generations)",
            ] + more)
        let greeting = await process.line { $0.contains("--connect ") }
        return (process, try #require(greeting?.split(separator: " ").last.map(String.init)))
    }

    /// One that has driven the first generation alone, and keeps the second's episodes.
    private func first(_ address: String) async throws -> WrongWorker {
        let worker = try WrongWorker(
            address, character: .liar, host: "first", capacity: Self.population, holdsOn: true)
        let deeds = await worker.done { $0.answers > 0 && $0.tasks > $0.answers }
        #expect(deeds.answers == Self.population && deeds.tasks == 2 * Self.population)
        return worker
    }

    private func stop(_ workers: [WrongWorker]) async {
        for worker in workers { worker.stop() }
        for worker in workers { await worker.hasStopped() }
    }

    @Test(arguments: ["stop", "continue"])
    func `a run that rests on an outvoted worker's results ends, or goes on, as it was told`(
        choice: String
    ) async throws {
        let (process, address) = try await coordinator(
            generations: 2, ["--on-disagreement", choice])
        let liar = try await first(address)
        var workers = [liar]
        for host in ["second", "third"] {
            let worker = try WrongWorker(address, character: .otherLiar, host: host)
            workers.append(worker)
            _ = await worker.done { $0.welcomes == 1 }
        }
        liar.goOn()
        let lines = await process.lines()
        let status = await process.exitStatus()
        #expect(lines.contains { $0.contains("first@127.0.0.1") && $0.contains("quarantine") })
        let doubt = lines.first { $0.hasPrefix("Error: ") }
        if choice == "stop" {
            #expect(status == 1, "\(lines)")
            #expect(doubt?.contains("first@127.0.0.1") == true, "\(lines)")
            #expect(doubt?.contains("--on-disagreement continue") == true)
            #expect(try RunReader(directory).generations().count == 1)
        } else {
            #expect(status == 0 && doubt == nil, "\(lines)")
            #expect(try RunReader(directory).generations().count == 2)
            let rollouts = try RunReader(directory).rollouts(generation: 2, purpose: .training)
            #expect(rollouts.allSatisfy { $0.driver.party != "first@127.0.0.1" })
        }
        await stop(workers)
    }

    @Test(arguments: [0, 1])
    func `as many results are confirmed as the option says`(share: Int) async throws {
        let (process, address) = try await coordinator(
            generations: 4, ["--checked-share", "\(share)"])
        let one = try await first(address)
        let other = try WrongWorker(
            address, character: .liar, host: "second", capacity: Self.population)
        _ = await other.done { $0.welcomes == 1 }
        one.goOn()
        _ = await process.lines()
        #expect(await process.exitStatus() == 0)
        // The second generation's episodes may have been given out twice, for they were slow.
        for generation in 3...4 {
            let rollouts = try RunReader(directory).rollouts(
                generation: generation, purpose: .training)
            #expect(rollouts.count { $0.isConfirmed } == share * Self.population)
        }
        await stop([one, other])
    }
}
