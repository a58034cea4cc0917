// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import RunStore

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "End the quarantine of workers that gave wrong results or failed.",
        discussion: """
            'worldmodels inspect LOGDIR' lists the quarantines. The coordinator that drives the run \
            ends one within seconds of this command; where none does, the next one that is started.
            """)

    @Argument(help: "The run's directory.")
    var logdir: String

    @Argument(help: "Who, as the quarantine names it; or a worker's host, or HOST/PROCESS.")
    var name: String

    func run() throws {
        let release = try RunRelease(
            of: name, in: RunDirectory(path: logdir), now: Date())
        for party in release.parties { print("\(party): to be released from quarantine") }
    }
}
