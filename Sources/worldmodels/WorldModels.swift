// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import ClusterTransport

/// The program's entry: it names the subcommands, each of which has a file of its own.
@main
struct WorldModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Software.name,
        abstract: "World Models (Ha & Schmidhuber, 2018) for CarRacing, trained on many machines.",
        version: Software.version,
        subcommands: [
            GenerateCommand.self,
            TrainVAECommand.self,
            TrainMDRNNCommand.self,
            CoordinatorCommand.self,
            WorkerCommand.self,
            StatusCommand.self,
            InspectCommand.self,
            BackupCommand.self,
            ReleaseCommand.self,
            EvaluateCommand.self,
            PlayCommand.self,
            DreamCommand.self,
            DataCommand.self,
            ModelCommand.self,
            EnvironmentCommand.self,
            OptimizeCommand.self,
            KeysCommand.self,
            BenchmarkCommand.self,
        ])

    static func main() async {
        ProcessLimits.raiseDescriptors()
        await main(NegativeNumbers.joined(CommandLine.arguments.dropFirst()))
    }
}
