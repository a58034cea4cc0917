// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import RunStore
import TerminalOutput

extension WorldModels {
    /// Runs the command that was asked for; an error is printed with what to do about it.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as RunStoreError {
            exit(withError: InputError(error.description + error.remedy))
        } catch {
            exit(withError: error)
        }
    }
}

extension RunStoreError {
    /// What to do about it, as the rest of the sentence that says what is wrong.
    var remedy: String {
        switch self {
        case .noRun: "; give a directory that 'worldmodels coordinator --logdir' has written"
        case .unwritable: "; check the permissions or choose another --logdir"
        case .locked: "; stop it first, or choose another --logdir"
        case .diskFull: ", so make space and give the same command again"
        case .damaged: "; restore it from a copy"
        case .newerFormat: "; read it with that version"
        case .badRow: ", restore it from a copy"
        case .failed: ""
        }
    }
}
