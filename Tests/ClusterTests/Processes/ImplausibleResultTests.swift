// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import TestSupport
import Testing
import WorldModel

/// `worldmodels coordinator` with a worker whose results no car could have.
@Suite(.inTurn())
struct ImplausibleResultTests {
    @Test func `none of them is counted, and who sends them is named`() async throws {
        let place = try TemporaryDirectory()
        let directory = RunDirectory(path: place.path)
        try QuickModels.vae.write(to: Agent.Part.vae.file(in: directory.url))
        try QuickModels.mdrnn.write(to: Agent.Part.mdrnn.file(in: directory.url))
        let coordinator = try ProgramProcess([
            "coordinator", "--logdir", directory.path, "--seed", "3", "--variant", "separable",
            "--pop-size", "8", "--n-samples", "1", "--max-steps", "8", "--evaluate-every", "0",
            "--generations", "1",
        ])
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let boaster = try WrongWorker(address, character: .boaster, host: "boaster")
        // Alone it would be believed: whatever is counted ends the only generation.
        let line = await coordinator.line {
            $0.contains("in quarantine") || $0.hasPrefix("generation 1:")
        }
        #expect(line?.contains("boaster@127.0.0.1") == true)
        #expect(line?.contains("it sends impossible results") == true, "\(line ?? "")")
        #expect(
            try RunReader(directory).rollouts(generation: 1, purpose: .training).isEmpty)
        // It is stored for the next start and for people, who end it while the run goes on.
        while try RunReader(directory).quarantines().isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        let quarantine = try #require(try RunReader(directory).quarantines().first)
        #expect(quarantine.party == "boaster@127.0.0.1" && quarantine.isDistrusted)
        let release = try ProgramProcess(["release", directory.path, "boaster"])
        #expect(await release.exitStatus() == 0)
        _ = try #require(
            await coordinator.line { $0.contains("the quarantine of boaster@127.0.0.1 is over") })
        coordinator.signal(SIGTERM)
        #expect(await coordinator.exitStatus() == 128 + SIGTERM)
        boaster.stop()
        await boaster.hasStopped()
    }

    @Test func `nor does an objective's search count what no objective answers`() async throws {
        let place = try TemporaryDirectory()
        let coordinator = try ProgramProcess([
            "optimize", "--bind", "tcp://127.0.0.1:*", "--logdir", place.path, "--dimension", "2",
            "--seed", "3", "--generations", "1",
        ])
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let words = try #require(greeting?.split(separator: " ").map(String.init))
        let address = words[try #require(words.firstIndex(of: "--connect")) + 1]
        let driver = try WrongWorker(address, character: .liar, host: "driver")
        let line = await coordinator.line {
            $0.contains("in quarantine") || $0.contains("generation 1:")
        }
        #expect(line?.contains("driver@127.0.0.1") == true)
        #expect(line?.contains("it sends impossible results") == true, "\(line ?? "")")
        coordinator.signal(SIGTERM)
        #expect(await coordinator.exitStatus() == 128 + SIGTERM)
        driver.stop()
        await driver.hasStopped()
    }
}
