// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// A coordinator's process that is told to stop in a later phase than its first.
@Suite(.inTurn())
struct CoordinatorSignalTests {
    @Test func `one that trained its models first is stopped in its search`() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.file("data").path
        let recording = try ProgramProcess([
            "generate", "--rollouts", "2", "--rootdir", data, "--steps", "34",
        ])
        #expect(await recording.exitStatus() == 0)
        let coordinator = try ProgramProcess([
            "coordinator", "--logdir", directory.file("run").path, "--data", data,
            "--vae-epochs", "1", "--mdrnn-epochs", "1", "--pop-size", "4", "--n-samples", "1",
        ])
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        // The line comes before the search listens to signals; who has joined says that it does.
        let worker = try ProgramProcess(["worker", "--connect", address])
        _ = try #require(await coordinator.line { $0.contains("joined") })
        coordinator.signal(SIGHUP)
        #expect(await coordinator.exitStatus() == 128 + SIGHUP)
        worker.signal(SIGKILL)
    }
}
