// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

/// The program's entry: it names the subcommands, each of which has a file of its own.
@main
struct WorldModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worldmodels",
        abstract: "World Models (Ha & Schmidhuber, 2018) for CarRacing, trained on many machines.",
        version: "0.1.0",
        subcommands: [
            GenerateCommand.self,
            TrainVAECommand.self,
            TrainMDRNNCommand.self,
            EvaluateCommand.self,
            InspectCommand.self,
            DataCommand.self,
            ModelCommand.self,
            DreamCommand.self,
            EnvironmentCommand.self,
            CoordinatorCommand.self,
            WorkerCommand.self,
            KeysCommand.self,
            StatusCommand.self,
            EvaluateCommand.self,
            InspectCommand.self,
            OptimizeCommand.self,
            BenchmarkCommand.self,
        ])
}
