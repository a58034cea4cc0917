// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunReports
import RunStore
import TestSupport
import Testing
import WorldModel

/// What `train-vae` and `train-mdrnn` have shown is in the run that begins with their models.
@Suite(.inTurn())
struct TrainedLossesTests {
    @Test func `a run has the losses of the models that were trained for it by hand`() async throws
    {
        let scratch = try TemporaryDirectory()
        let (run, data) = (scratch.file("run").path, scratch.file("data"))
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        for index in 0..<2 {
            let frames = 3
            try RolloutFile(
                observations: (0..<frames * 64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0) },
                actions: [Float](repeating: 0, count: frames * 3),
                rewards: [Float](repeating: 0, count: frames), terminals: [false, false, true]
            ).write(to: data.appending(path: "\(index).npz"))
        }
        for command in [
            ["train-vae"], ["train-mdrnn", "--sequence-length", "2", "--include_reward"],
        ] {
            let training = try ProgramProcess(
                command + ["--logdir", run, "--data", data.path, "--epochs", "1"])
            #expect(await training.exitStatus() == 0)
        }
        // There is no run yet, only what one will have.
        #expect(throws: RunStoreError.self) { try RunReport(RunDirectory(path: run)) }

        let coordinator = try ProgramProcess([
            "coordinator", "--logdir", run, "--bind", "tcp://127.0.0.1:*", "--variant", "separable",
        ])
        #expect(await coordinator.line { $0.contains("a new run") } != nil)
        coordinator.signal(SIGKILL)
        _ = await coordinator.exitStatus()
        let inspection = try ProgramProcess(["inspect", run, "--json"])
        let line = try #require(await inspection.line { $0.contains("\"losses\"") })
        let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let losses = try #require(json?["losses"] as? [[String: Any]])
        for model in ["vae", "mdrnn"] {
            for split in ["training", "held-out"] {
                #expect(
                    losses.contains {
                        $0["model"] as? String == model && $0["split"] as? String == split
                            && $0["epoch"] as? Int == 1 && $0["term"] as? String == "total"
                            && $0["value"] is Double
                    })
            }
        }
        _ = await inspection.exitStatus()
    }
}
