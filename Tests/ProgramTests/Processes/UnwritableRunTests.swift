// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import TestSupport
import Testing

/// Runs that lie where nothing can be written.
@Suite(.inTurn())
struct UnwritableRunTests {
    private let scratch: TemporaryDirectory
    private let directory: RunDirectory

    init() throws {
        scratch = try TemporaryDirectory()
        directory = RunDirectory(path: scratch.file("run").path)
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        let store = try RunStore(directory, holder: "test")
        try store.begin(
            identifier: "r", program: "worldmodels 0.1.0", settings: [("seed", "1")],
            state: Data(), created: start)
        try store.finish(
            GenerationRecord(generation: 1, candidates: 1, tracks: 1, finished: start),
            meanReturns: [1], state: Data())
    }

    /// What `inspect` prints, and its status, where the directory cannot be written.
    private func inspection() async throws -> (text: String, status: Int32?) {
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: directory.path)
        defer {
            try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
        }
        // Root may write everywhere, unless it gives that up.
        let process = try ProgramProcess(
            ["inspect", directory.path],
            command: "[ \"$(id -u)\" != 0 ] || exec setpriv --bounding-set=-all --inh-caps=-all"
                + " \"$0\" \"$@\"; exec \"$0\" \"$@\"")
        return (await process.lines().joined(separator: "\n"), await process.exitStatus())
    }

    @Test func `one that has ended is shown`() async throws {
        let (text, status) = try await inspection()
        #expect(status == 0, "\(text)")
        #expect(text.contains("worldmodels 0.1.0"), "\(text)")
    }

    @Test func `of one that was cut off it is said why it cannot be read`() async throws {
        try Data().write(to: URL(fileURLWithPath: directory.database.path + "-wal"))
        let (text, status) = try await inspection()
        #expect(status == 1)
        #expect(text.contains("\(directory.database.path): cannot be read ("), "\(text)")
        #expect(text.contains("run.sqlite-wal") && !text.contains("missing"), "\(text)")
    }
}
