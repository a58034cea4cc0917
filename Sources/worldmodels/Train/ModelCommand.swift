// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// Works with trained models.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Work with trained models.",
        subcommands: [ModelForwardCommand.self, ModelPackCommand.self])
}

/// Writes what V and M compute for given inputs.
struct ModelForwardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Write what V and M compute for given inputs, for comparison.",
        discussion: """
            Of observations (N,64,64,3) uint8: mu, logsigma (N,32) and reconstruction \
            (N,64,64,3), decoded from mu. Of actions (T,B,3) and latents (T,B,32): logpi, means, \
            sigmas, rewards, terminal_logits and hidden.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: .init("The .npz file with the inputs.", valueName: "file"))
    var input: String

    @Option(help: .init("The .npz file to write.", valueName: "file"))
    var output: String

    @Option(help: .init("Threads. Default: all processors.", valueName: "count"))
    var threads: Int?

    func run() throws {
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads must be 1 to 1024.")
        }
        try ModelForward(logdir: URL(filePath: logdir), threads: threads)
            .run(input: URL(filePath: input), output: URL(filePath: output))
    }
}
