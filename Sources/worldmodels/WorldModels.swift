// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacingRendering
import TerminalOutput

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
            ScaleCommand.self,
            InspectCommand.self,
            DashboardCommand.self,
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

    /// The program and its version, as a run's database has them.
    static var fullVersion: String { "worldmodels \(configuration.version)" }

    static func main() async {
        Startup.prepareProcess()
        do {
            var command = try parseAsRoot(
                NegativeNumbers.joined(CommandLine.arguments.dropFirst()))
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch let error as any ErrorWithStatus {
                throw error.end
            } catch let error as DrawingError where command.canChooseLibrary {
                throw InputError("\(error), or choose another library with --gl")
            }
            try Startup.finishOutput()
            Startup.end(status: 0)
        } catch {
            let text = fullMessage(for: error)
            let status = exitCode(for: error).rawValue
            if !text.isEmpty {
                let terminal = status == 0 ? Terminal.standardOutput : .standardError
                terminal.write(text + "\n")
            }
            Startup.end(status: status)
        }
    }
}

extension ParsableCommand {
    /// Whether the command has the option --gl.
    fileprivate var canChooseLibrary: Bool {
        Mirror(reflecting: self).children.contains { $0.value is OptionGroup<DrawingOptions> }
    }
}
