// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TerminalOutput

/// Prints what was written to a path: on standard error where that path is standard output, whose
/// reader wants the file and nothing else.
func printSummary(of path: String, _ line: String) {
    var output = stat()
    var file = stat()
    if fstat(STDOUT_FILENO, &output) == 0, stat(path, &file) == 0,
        output.st_dev == file.st_dev, output.st_ino == file.st_ino
    {
        Terminal.standardError.write(line + "\n")
    } else {
        print(line)
    }
}
