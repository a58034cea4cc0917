// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// What a start of the program refuses, whatever its command.
@Suite(.inTurn())
struct StartupTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: ["--output=caf\\351.gif", "--output caf\\351.gif", "\\377"])
    func `a name that is no UTF-8 is refused, and nothing is written under another`(
        argument: String
    ) async throws {
        let process = try ProgramProcess(
            ["env", "play", "--max-steps", "1"],
            command: "cd '\(directory.path)'; exec \"$0\" \"$@\" $(printf -- '\(argument)')")
        #expect(await process.line { $0.contains("is not UTF-8") } != nil)
        #expect(await process.exitStatus() == 1)
        #expect(try directory.contents().isEmpty)
    }

    @Test func `so is such a working directory`() async throws {
        let path = Array(directory.file("caf").path.utf8CString.dropLast())
        defer { rmdir(path + [CChar(bitPattern: 0xe9), 0]) }
        let process = try ProgramProcess(
            ["env", "play", "--max-steps", "1", "--output", "film.gif"],
            command: "cd '\(directory.path)'; d=$(printf 'caf\\351'); mkdir \"$d\"; cd \"$d\"; "
                + "exec \"$0\" \"$@\"")
        #expect(await process.line { $0.contains("working directory") } != nil)
        #expect(await process.exitStatus() == 1)
    }

    @Test func `descriptors are raised to what is allowed`() async throws {
        let process = try ProgramProcess(
            ["worker", "--connect", "tcp://127.0.0.1:1"],
            command: "ulimit -Sn 64; exec \"$0\" \"$@\"")
        _ = try #require(await process.line())
        let limits = try #require(process.descriptorLimits)
        #expect(limits.soft > 64)
        #expect(limits.soft == min(limits.hard, 1 << 20))
        process.signal(SIGTERM)
        _ = await process.exitStatus()
    }

    @Test func `too little memory is an error, and does not hang`() async throws {
        let process = try ProgramProcess(
            ["--version"], command: "ulimit -v 200000; exec \"$0\" \"$@\"")
        #expect(await process.line { $0.contains("ulimit -v") } != nil)
        #expect(await process.exitStatus() == 1)
    }

    @Test func `so is a training whose threads find no room`() async throws {
        let data = directory.file("data").path
        let recording = try ProgramProcess([
            "generate", "--rollouts", "2", "--steps", "4", "--rootdir", data,
        ])
        #expect(await recording.exitStatus() == 0)
        // What the training itself needs, and the first of 16 buffers.
        let training = try ProgramProcess(
            [
                "train-vae", "--logdir", directory.file("run").path, "--data", data, "--epochs",
                "1",
                "--threads", "16",
            ], command: "ulimit -v 2000000; exec \"$0\" \"$@\"")
        #expect(await training.line { $0.contains("fewer --threads") } != nil)
        #expect(await training.exitStatus() == 1)
    }

    // OpenBLAS would ask for what is left after the search's matrices, without end.
    @Test(arguments: [300_000, 500_000])
    func `so is a search that fits into the limit, but not beside what is there`(
        limit: Int
    ) async throws {
        let process = try ProgramProcess(
            ["optimize", "--dimension", "4000"],
            command: "ulimit -v \(limit); exec \"$0\" \"$@\" < /dev/null",
            environment: ["OPENBLAS_NUM_THREADS": "1"])
        let lines = await process.lines().joined(separator: "\n")
        #expect(lines.contains("takes about") || lines.contains("ulimit -v"))
        #expect(await process.exitStatus() == 1)
    }
}
