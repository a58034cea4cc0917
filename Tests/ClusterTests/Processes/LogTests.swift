// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// What the program's processes log where nobody watches them on a terminal.
@Suite(.inTurn())
struct LogTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func key(_ name: String) async throws -> (path: String, secret: String) {
        let path = directory.file("\(name).key").path
        let keys = try ProgramProcess(["keys", "create", directory.file(name).path])
        #expect(await keys.exitStatus() == 0)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        // The longest word of the file is a key; the public one stands in a file of its own.
        let open = try String(contentsOf: directory.file("\(name).public"), encoding: .utf8)
        let words = text.split { $0.isWhitespace || $0 == "\"" }.filter { $0.count == 40 }
        let secret = try #require(words.first { !open.contains($0) })
        return (path, String(secret))
    }

    @Test func `each event is an object on a line, and no secret is in any`() async throws {
        let (server, client) = (try await key("server"), try await key("client"))
        let allowed = directory.file("allowed")
        try FileManager.default.copyItem(at: directory.file("client.public"), to: allowed)
        let logging = ["--log-format", "json", "--log-level", "trace"]
        let coordinator = try ProgramProcess(
            [
                "coordinator", "--logdir", directory.file("run").path, "--pretrained", "--pop-size",
                "4", "--n-samples", "1", "--max-steps", "20", "--generations", "1",
                "--evaluation-episodes", "1", "--key", server.path, "--allow", allowed.path,
                "--address-file", directory.file("address").path, "--dashboard", "0",
                "--dashboard-token", directory.file("token").path, "--dashboard-link",
                directory.file("link").path,
            ] + logging)
        let worker = try ProgramProcess(
            [
                "worker", "--coordinator-file", directory.file("address").path, "--key",
                client.path,
                "--cores", "1", "--until", "finished",
            ] + logging)
        async let workerLines = worker.lines()
        let lines = await coordinator.lines() + (await workerLines)
        #expect(await coordinator.exitStatus() == 0)
        #expect(await worker.exitStatus() == 0)
        let token = try String(contentsOf: directory.file("token"), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        #expect(token.count == 64)
        #expect(!FileManager.default.fileExists(atPath: directory.file("link").path))
        var events: Set<String> = []
        for line in lines {
            for secret in [server.secret, client.secret, token] {
                #expect(!line.contains(secret))
            }
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
                "\(line)")
            for name in ["time", "level", "host", "program", "event", "message"] {
                #expect(object[name]?.isEmpty == false, "\(name) of \(line)")
            }
            events.insert("\(object["program"] ?? "") \(object["event"] ?? "")")
        }
        #expect(
            events.isSuperset(of: [
                "coordinator joined", "coordinator generation", "coordinator evaluation",
                "coordinator page",
                "worker connected", "worker finished",
            ]), "\(events)")
    }

    @Test func `text has time, level and program, and a level leaves out what is below`()
        async throws
    {
        func lines(_ options: [String]) async throws -> [String] {
            let worker = try ProgramProcess(
                ["worker", "--connect", "tcp://127.0.0.1:1", "--idle-timeout", "1s"] + options)
            let lines = await worker.lines()
            #expect(await worker.exitStatus() == 75)
            return lines
        }
        let all = try await lines([])
        #expect(all.count >= 2)
        for line in all {
            let words = line.split(separator: " ", maxSplits: 4)
            #expect(words.count == 5 && words[0].hasSuffix("Z") && words[3] == "worker:", "\(line)")
        }
        #expect(all.contains { $0.contains(" info ") })
        let some = try await lines(["--log-level", "warning"])
        #expect(some.allSatisfy { !$0.contains(" info ") })
    }
}
