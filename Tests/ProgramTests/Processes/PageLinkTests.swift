// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import TestSupport
import Testing

/// Who is told the page's link, which has the token.
@Suite(.inTurn())
struct PageLinkTests {
    private let directory: TemporaryDirectory
    private var run: String { directory.file("run").path }
    private var token: URL { directory.file("token") }

    init() throws {
        directory = try TemporaryDirectory()
        try RunStore(RunDirectory(path: run), holder: "test").begin(
            identifier: "r", program: "worldmodels 0.1.0", settings: [("seed", "1")],
            state: Data(), created: Date(timeIntervalSince1970: 1_800_000_000))
    }

    private func arguments(_ more: [String] = []) -> [String] {
        ["dashboard", run, "--bind", "0", "--dashboard-token", token.path] + more
    }

    private func knownToken() throws -> String {
        try String(contentsOf: token, encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    @Test(arguments: ["json", "text"])
    func `a log has no token, and names the file that has`(format: String) async throws {
        let state = directory.file("state")
        let process = try ProgramProcess(
            arguments(["--log-format", format, "--log-level", "trace", "--metrics", "0"]),
            environment: ["XDG_STATE_HOME": state.path])
        let first = try #require(await process.line { $0.contains("the page: ") })
        let names = try directory.contents("state/worldmodels")
        #expect(names.count == 1 && names[0].hasSuffix(".link"), "\(names)")
        let file = state.appending(path: "worldmodels/\(names[0])")
        #expect(first.contains("; the link with its token is in \(file.path)"))
        let link = try String(contentsOf: file, encoding: .utf8)
        #expect(try link.hasSuffix("/?token=\(knownToken())\n"))
        let place = try #require(link.firstRange(of: "?token")).lowerBound
        #expect(first.contains("the page: \(link[..<place]);"))
        #expect(await process.line { $0.contains("figures for Prometheus: http://") } != nil)
        process.signal(SIGTERM)
        let rest = await process.lines()
        #expect(await process.exitStatus() == 0)
        #expect(rest.contains { $0.contains("SIGTERM") })
        for line in [first] + rest {
            #expect(try !line.contains(knownToken()), "\(line)")
            guard format == "json" else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect((object as? [String: String])?["program"] == "dashboard")
        }
        #expect(try directory.contents("state/worldmodels").isEmpty)
    }

    @Test func `a terminal is told the link, and no file has it`() async throws {
        let terminal = try PseudoTerminal()
        let process = try ProgramProcess(
            arguments(), command: "exec \"$0\" \"$@\" >'\(terminal.name)' 2>&1",
            environment: ["XDG_STATE_HOME": directory.file("state").path])
        let line = await terminal.line { $0.contains("the page: ") }
        #expect(try line?.contains("/?token=\(knownToken())") == true)
        #expect(!FileManager.default.fileExists(atPath: directory.file("state").path))
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 0)
    }

    @Test func `where the output is a log and the errors a terminal, each gets its own`()
        async throws
    {
        let terminal = try PseudoTerminal()
        let process = try ProgramProcess(
            arguments(), command: "exec \"$0\" \"$@\" 2>'\(terminal.name)'")
        let said = await process.line { $0.contains("the page: ") }
        #expect(try said?.contains(knownToken()) == false)
        let line = await terminal.line { $0.contains("the page: ") }
        #expect(try line?.contains("/?token=\(knownToken())") == true)
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 0)
    }

    @Test func `a place that is no UTF-8 is none, and nothing is written under another name`()
        async throws
    {
        let process = try ProgramProcess(
            arguments(),
            command: "export XDG_STATE_HOME='\(directory.path)/'$(printf 'caf\\351'); "
                + "exec \"$0\" \"$@\"")
        let line = try #require(await process.line { $0.contains("the page: ") })
        #expect(line.contains("--dashboard-link FILE gives the link"))
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 0)
        #expect(try directory.contents().sorted() == ["run", "token"])
    }

    @Test func `a file that is none of a link's is not overwritten`() async throws {
        let file = directory.file("notes")
        try Data("notes".utf8).write(to: file)
        let process = try ProgramProcess(arguments(["--dashboard-link", file.path]))
        let lines = await process.lines().joined(separator: "\n")
        #expect(lines.contains("not overwritten"))
        #expect(await process.exitStatus() == 1)
        #expect(try String(contentsOf: file, encoding: .utf8) == "notes")
    }
}
