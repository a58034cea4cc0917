// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import TerminalOutput

/// What the program's ends mean to whoever supervises it, after sysexits.h.
///
/// Besides these: 0 for what was done as asked, 1 for errors of no kind of their own, 64 for a command
/// line that is wrong, and 128 and a signal's number for what a signal ended.
enum ExitStatus {
    /// What was looked for is not there.
    static let unavailable: Int32 = 69
    /// The program's own engine broke.
    static let software: Int32 = 70
    /// What was not finished may be tried again, here or elsewhere.
    static let tryAgain: Int32 = 75
    /// The other side says no, and will again.
    static let refused: Int32 = 77

}

/// An error that ends the program with a status that says more than 1.
protocol ErrorWithStatus: Error {
    var exitStatus: Int32 { get }
}

extension ErrorWithStatus {
    /// Says what is wrong, and gives what ends the command.
    var end: ExitCode {
        Terminal.standardError.write("Error: \(self)\n")
        return ExitCode(exitStatus)
    }
}

/// What a command returns that was told to stop.
struct StoppedStatusOptions: ParsableArguments {
    @Option(
        help: .init(
            """
            The exit status where a signal asked for the end before the work was done, such as 75 for a \
            supervisor that starts it again (default: 0 for a worker; else 128 and the signal's number).
            """, valueName: "status"))
    var stoppedStatus: Int32?

    func validate() throws {
        if let stoppedStatus, !(0...255).contains(stoppedStatus) {
            throw ValidationError("--stopped-status \(stoppedStatus): 0 to 255")
        }
    }
}
