// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import ArrayFiles
import TestSupport
import Testing
import WorldModel

/// Runs that do not start from zeros.
@Suite(.inTurn())
struct StartingPointTests {
    private let scratch: TemporaryDirectory
    private let directory: URL

    init() throws {
        scratch = try TemporaryDirectory()
        directory = scratch.file("run")
    }

    private func arguments(_ extra: [String]) -> [String] {
        [
            "coordinator", "--logdir", directory.path, "--bind", "tcp://127.0.0.1:*",
            "--pop-size", "4", "--n-samples", "1", "--max-steps", "2", "--generations", "1",
            "--evaluation-episodes", "1", "--sigma", "1e-9",
        ] + extra
    }

    /// Drives the run to its end with one worker.
    private func finish(_ extra: [String]) async throws -> Int32? {
        let coordinator = try ProgramProcess(arguments(extra))
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let worker = try ProgramProcess(["worker", "--connect", address])
        let status = await coordinator.exitStatus()
        worker.signal(SIGTERM)
        _ = await worker.exitStatus()
        return status
    }

    private func controller(_ url: URL) throws -> ControllerParameters {
        try ControllerParameters(SafetensorsFile(contentsOf: url), name: url.path)
    }

    private func setting(_ name: String) throws -> String? {
        try RunReader(RunDirectory(path: directory.path)).settings().first { $0.name == name }?
            .value
    }

    @Test func `the agent that comes with the program can be trained further`() async throws {
        #expect(try await finish(["--pretrained"]) == 0)
        let agent = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/worldmodels/Agent").standardized
        for name in ["vae.safetensors", "mdrnn.safetensors"] {
            #expect(
                try Data(contentsOf: directory.appending(path: name))
                    == Data(contentsOf: agent.appending(path: name)))
        }
        let (old, new) = (
            try controller(agent.appending(path: "controller.safetensors")),
            try controller(directory.appending(path: "controller.safetensors"))
        )
        #expect(zip(old.values, new.values).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(old.values.contains { $0 != 0 })
        #expect(try setting("initial-controller")?.count == 64)
        // A later start needs not say where it began.
        let again = try ProgramProcess(arguments([]))
        #expect(await again.line { $0.contains("continuing") } != nil)
        #expect(await again.exitStatus() == 0)
    }

    @Test func `a controller's form is the run's, and a contradiction is refused by its option`()
        async throws
    {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: directory.appending(path: "vae.safetensors"))
        try QuickModels.mdrnn.write(to: directory.appending(path: "mdrnn.safetensors"))
        let file = directory.appending(path: "start.safetensors")
        let values = (0..<ControllerShape(inputs: .latent).parameterCount).map { Float($0) / 1000 }
        try ControllerParameters(inputs: .latent, mapping: .linear, values: values)
            .file().write(to: file)
        let start = ["--initial-controller", file.path]

        let refused = try ProgramProcess(arguments(start + ["--controller-inputs", "zh"]))
        #expect(await refused.line { $0.contains("has --controller-inputs z, not zh") } != nil)
        #expect(await refused.exitStatus() == 1)

        #expect(try await finish(start) == 0)
        let best = try controller(directory.appending(path: "controller.safetensors"))
        #expect(best.inputs == .latent && best.mapping == .linear)
        #expect(zip(best.values, values).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `the agent is not mixed with another V, and the file is named`() async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: directory.appending(path: "vae.safetensors"))
        let process = try ProgramProcess(arguments(["--pretrained"]))
        #expect(await process.line { $0.contains("vae.safetensors is not the model") } != nil)
        #expect(await process.exitStatus() == 64)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names == ["vae.safetensors"])
    }

    @Test(arguments: [
        ["--pretrained", "--initial-controller", "x"], ["--pretrained", "--data", "x"],
        ["--initial-controller", "/nowhere/x.safetensors"],
    ])
    func `what cannot be is refused before anything is written`(extra: [String]) async throws {
        let process = try ProgramProcess(arguments(extra))
        let status = await process.exitStatus()
        #expect(status != 0 && (status ?? 128) < 128)
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }
}
