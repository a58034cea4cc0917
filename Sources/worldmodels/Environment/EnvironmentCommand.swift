// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

struct EnvironmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Replay actions, list tracks and show drives in CarRacing.",
        subcommands: [
            EnvironmentTraceCommand.self, EnvironmentTracksCommand.self,
            EnvironmentPlayCommand.self,
        ])
}
