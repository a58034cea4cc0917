// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// Standard input, output and error that are closed, full, or whose reader has ended.
@Suite(.inTurn())
struct StandardStreamTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A run's directory, its coordinator and a worker, until a generation is complete.
    private func drive(coordinator: String, worker: String) async throws {
        let run = directory.file("run")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: run.appending(path: "vae.safetensors"))
        try QuickModels.mdrnn.write(to: run.appending(path: "mdrnn.safetensors"))
        // It cannot say its address: one that nobody else will have.
        let numbers = (0..<3).map { _ in "\(Int.random(in: 1...254))" }
        let connect = "tcp://127.\(numbers.joined(separator: ".")):20202"
        let server = try ProgramProcess(
            [
                "coordinator", "--logdir", run.path, "--bind", connect, "--pop-size", "4",
                "--n-samples", "1", "--max-steps", "2", "--evaluation-episodes", "1",
                "--generations", "2",
            ], command: coordinator)
        let client = try ProgramProcess(["worker", "--connect", connect], command: worker)
        #expect(await server.exitStatus() == 0)
        client.signal(SIGTERM)
        #expect(await client.exitStatus() == 0)
        let inspection = try ProgramProcess(["inspect", run.path, "--csv"])
        #expect(await inspection.lines().count == 3)
        // Of the models nothing was written over: no socket or file got the number of a stream.
        #expect(try Data(contentsOf: run.appending(path: "vae.safetensors")) == QuickModels.vae)
    }

    @Test func `a coordinator and a worker with all three closed do their work`() async throws {
        let closed = "exec \"$0\" \"$@\" <&- >&- 2>&-"
        try await drive(coordinator: closed, worker: closed)
    }

    @Test func `a coordinator and a worker whose outputs have no reader do their work`()
        async throws
    {
        // A FIFO whose only reader has gone.
        let fifo = directory.file("fifo").path
        #expect(mkfifo(fifo, 0o600) == 0)
        let gone = "exec 3<>'\(fifo)' 4>'\(fifo)' 3<&-; exec \"$0\" \"$@\" >&4 2>&4"
        try await drive(coordinator: gone, worker: gone)
    }

    @Test func `a result that finds no room is an error, one without a reader is not`() async throws
    {
        let tracks = ["env", "tracks", "--seeds", "0:3"]
        let full = try ProgramProcess(tracks, command: "exec \"$0\" \"$@\" >/dev/full")
        #expect(await full.line { $0.contains("No space left") } != nil)
        #expect(await full.exitStatus() == 1)
        let piped = try ProgramProcess(
            ["env", "tracks", "--seeds", "0:1000000"],
            command: "{ \"$0\" \"$@\"; echo \"status $?\" >&2; } | head -n 1")
        #expect(await piped.line { $0.contains("status ") } == "status 0")
    }

    @Test func `nor may a part of a long result find none`() async throws {
        let data = directory.file("data")
        let recording = try ProgramProcess([
            "generate", "--rollouts", "1", "--steps", "2", "--rootdir", data.path,
        ])
        #expect(await recording.exitStatus() == 0)
        // More to tell than a stream's buffer holds, which then is written before the end.
        for index in 0..<100 {
            try Data("nothing".utf8).write(to: data.appending(path: "damaged\(index).npz"))
        }
        let full = try ProgramProcess(
            ["data", "inspect", data.path], command: "exec \"$0\" \"$@\" >/dev/full")
        #expect(await full.line { $0.contains("standard output") } != nil)
        #expect(await full.exitStatus() == 1)
        let unread = try ProgramProcess(
            ["data", "inspect", data.path],
            command: "{ \"$0\" \"$@\"; echo \"status $?\" >&2; } | true")
        #expect(await unread.line { $0.contains("status ") } == "status 0")
    }

    @Test func `a search that cannot ask says why, and its complaints need no reader`() async throws
    {
        let full = try ProgramProcess(
            ["optimize", "--dimension", "2"], command: "exec \"$0\" \"$@\" </dev/null >/dev/full")
        let lines = await full.lines()
        #expect(lines == ["Error: standard output cannot be written: No space left on device"])
        #expect(await full.exitStatus() == 1)
        let unheard = try ProgramProcess(
            ["optimize", "--dimension", "2", "--max-failed-generations", "1"],
            command: "{ echo '{\"tell\":[null,null,null,null,null,null]}'; }"
                + " | { \"$0\" \"$@\" 2>/dev/full; echo \"status $?\"; }")
        #expect(await unheard.line { $0.contains("\"stop\"") } != nil)
        #expect(await unheard.line { $0.contains("status ") } == "status 1")
    }

    @Test func `a picture can go to standard output`() async throws {
        let film = directory.file("film.gif").path
        let process = try ProgramProcess(
            ["env", "play", "--max-steps", "8", "--output", "/dev/stdout"],
            command: "\"$0\" \"$@\" | cat >'\(film)'")
        #expect(await process.exitStatus() == 0)
        let bytes = try Data(contentsOf: URL(filePath: film))
        #expect(bytes.starts(with: Data("GIF89a".utf8)))
        // What else there is to say is said elsewhere.
        #expect(bytes.last == 0x3b)
    }
}
