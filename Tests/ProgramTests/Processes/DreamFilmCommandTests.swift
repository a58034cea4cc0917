// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import TestSupport
import Testing
import WorldModel

/// What `dream` says of its films.
@Suite(.inTurn())
struct DreamFilmCommandTests {
    private let directory: TemporaryDirectory
    private var run: String { directory.file("run").path }
    private var film: String { directory.file("film.gif").path }

    init() throws {
        directory = try TemporaryDirectory()
        try QuickModels.writeLively(to: directory.file("run"))
        let values = (0..<ControllerShape().parameterCount).map { Float($0 % 7) / 20 - 0.15 }
        try ControllerParameters(values: values).file()
            .write(to: directory.file("run/controller.safetensors"))
    }

    private func dream(_ more: [String]) async throws -> (lines: [String], status: Int32?) {
        let process = try ProgramProcess(
            ["dream", "--logdir", run, "--output", film, "--steps", "20", "--scale", "1"] + more)
        return (await process.lines(), await process.exitStatus())
    }

    private func report(_ more: [String]) async throws -> [String: Any] {
        let (lines, status) = try await dream(more + ["--json"])
        #expect(status == 0 && lines.count == 1, "\(lines)")
        let object = try JSONSerialization.jsonObject(with: Data(lines.joined().utf8))
        return object as? [String: Any] ?? [:]
    }

    @Test func `both returns are said, and how each side ended`() async throws {
        let report = try await report(["--seed", "3", "--track-seed", "5"])
        #expect(report["predictsReturn"] as? Bool == true && report["frames"] as? Int == 6)
        let (dream, drive) = (report["dream"] as? [String: Any], report["drive"] as? [String: Any])
        #expect(dream?["return"] is Double && dream?["end"] as? String == "timeLimit")
        #expect(drive?["return"] is Double && drive?["steps"] as? Int == 20)
        #expect(drive?["trackSeed"] as? String == "5")
        let (lines, _) = try await self.dream(["--seed", "3", "--track-seed", "5"])
        let text = lines.joined()
        #expect(text.contains("in the dream a predicted return of "))
        #expect(text.contains("; outside, track 5, "))
        #expect(try Data(contentsOf: URL(filePath: film)).starts(with: Data("GIF89a".utf8)))
        let alone = try await self.report(["--no-beside"])
        #expect(alone["drive"] == nil && alone["dream"] != nil)
    }

    @Test func `where M has not learnt its reward that is said, and three pictures are filmed`()
        async throws
    {
        try FileManager.default.removeItem(atPath: run + "/dream-starts.safetensors")
        let report = try await report(["--start", "2"])
        #expect(report["predictsReturn"] as? Bool == false)
        #expect(report["expectedReturn"] == nil && report["dream"] == nil)
        #expect(report["frames"] as? Int == 21)
        let text = try await dream(["--start", "2"]).lines.joined()
        #expect(text.contains("no return is predicted") && text.contains("--include-reward"))
    }

    @Test(arguments: [
        ["--play"], ["--pace", "50"], ["--listen"], ["--recording", "r.npz", "--no-beside"],
        ["--temperature", "101"], ["--temperature", "nan"], ["--frame-every", "0"],
        ["--dashboard-token", "token"], ["--trusted-proxy"],
    ])
    func `options that do not go together are refused`(more: [String]) async throws {
        let (_, status) = try await dream(more)
        #expect(status == 64)
        #expect(!FileManager.default.fileExists(atPath: film))
    }
}
