// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// A coordinator's process that is told to stop in a later phase than its first.
@Suite(.timeLimit(.minutes(5)))
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
        _ = try #require(await coordinator.line { $0.contains("--connect ") })
        coordinator.signal(SIGHUP)
        #expect(await coordinator.exitStatus() == 128 + SIGHUP)
    }
}
