// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import RunStore
import Runs
import Synchronization
import TerminalOutput

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a run's directory, also while a coordinator drives the run.",
        discussion: """
            The copy has the run as it is at one moment, and is checked: the database's structure, \
            its digests, the models' digests, and every file against what was read. It can be \
            inspected and continued like the run itself. 'cp' of a run that goes on cannot.
            """)

    @Argument(help: "The run's directory.")
    var logdir: String

    @Argument(help: "The directory to make; there must be none of that name.")
    var target: String

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func run() throws {
        let isStopped = Atomic(false)
        let signals = StopSignals { _ in isStopped.store(true, ordering: .relaxed) }
        do {
            let backup = try RunBackup(
                of: RunDirectory(path: logdir), to: URL(fileURLWithPath: target)
            ) { isStopped.load(ordering: .relaxed) }
            if json {
                try printJSON(backup, [.sortedKeys, .withoutEscapingSlashes])
            } else {
                print(
                    "\(target): the run as it was after generation \(backup.generation),"
                        + " \(backup.files) files, \(Format.bytes(backup.bytes)), checked")
            }
        } catch is CancellationError {
            throw ExitCode(signals.exitStatus ?? 1)
        }
    }
}
