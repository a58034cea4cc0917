// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Rollouts
import Testing
import WorldModel

@testable import worldmodels

/// Options as ctallec/world-models spells them.
struct OldSpellingsTests {
    @Test func `options of the original that mean the same are taken, and not shown`() throws {
        let generate = try GenerateCommand.parse([
            "--rollouts", "8", "--rootdir", "data", "--threads", "8", "--policy", "brown",
        ])
        #expect(generate.policy == .brownian)
        #expect(DrivingPolicy(argument: "white") == .white)
        #expect(DrivingPolicy(argument: "brownish") == nil)
        let files = ["--logdir", "run", "--data", "data"]
        for (given, expected) in [
            ([], false), (["--include_reward"], true), (["--include-reward"], true),
        ] {
            let command = try TrainMDRNNCommand.parse(files + given)
            #expect(command.learnsReward == expected)
        }
        #expect(!TrainMDRNNCommand.helpMessage().contains("include_reward"))
        #expect(try TrainVAECommand.parse(files + ["--nosamples", "--noreload"]).nosamples)
    }

    @Test func `a directory of the original's is met with the way to convert it`() {
        for part in Agent.Part.allCases {
            let failure = Agent.Failure.checkpoint(part, directory: "exp_dir")
            #expect(failure.errorDescription?.contains("from_ctallec.py exp_dir") == true)
        }
    }
}
