// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CLibFuzzer
import Foundation
import Fuzzing

// fuzzer TARGET [libFuzzer's options and directories]: see .ci/fuzz.sh. Without arguments it says which
// targets there are; "fuzzer TARGET --seeds DIRECTORY" writes the inputs to begin with.

/// Tells the target to the processes that libFuzzer starts of this program (-merge, -fork).
let variable = "WORLDMODELS_FUZZ_TARGET"
let arguments = CommandLine.arguments
let inherited = ProcessInfo.processInfo.environment[variable]
let name = inherited ?? arguments.dropFirst().first
guard let found = FuzzTarget.all.first(where: { $0.name == name }) else {
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(arguments.count > 1 ? 64 : 0)
}
setenv(variable, found.name, 1)

/// Set once, before the fuzzer's only thread reads it.
nonisolated(unsafe) var chosen = found

if arguments.count == 4, arguments[2] == "--seeds" {
    for (index, seed) in try found.seeds().enumerated() {
        try Data(seed).write(to: URL(fileURLWithPath: "\(arguments[3])/seed-\(index)"))
    }
    exit(0)
}

/// What libFuzzer calls; its own main is linked, though not used, and asks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    if case .complaint(let text) = chosen.run(input) { fatalError(text) }
    return 0
}

let skipped = inherited == nil ? 1 : 0
var count = CommandLine.argc - CInt(skipped)
// The name of the program stays in front.
CommandLine.unsafeArgv[skipped] = CommandLine.unsafeArgv[0]
var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + skipped
exit(LLVMFuzzerRunDriver(&count, &rest) { testOneInput($0, $1) })
