// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import TestSupport
import Testing
import WorldModel

/// A controller as the original has it, whose file cannot say its mapping, given to every command
/// that reads one.
@Suite(.inTurn())
struct ControllerMappingTests {
    private let scratch: TemporaryDirectory
    private let agent: String

    init() throws {
        scratch = try TemporaryDirectory()
        agent = scratch.file("agent").path
        try FileManager.default.createDirectory(
            atPath: agent, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: scratch.file("agent/vae.safetensors"))
        try QuickModels.mdrnn.write(to: scratch.file("agent/mdrnn.safetensors"))
        var file = ControllerParameters().file()
        file.metadata = [:]
        try file.write(to: scratch.file("agent/controller.safetensors"))
    }

    /// The lines that a command prints, and its status.
    private func run(_ arguments: [String]) async throws -> (text: String, status: Int32?) {
        let process = try ProgramProcess(arguments)
        var lines: [String] = []
        while let line = await process.line() {
            try Task.checkCancellation()
            lines.append(line)
        }
        return (lines.joined(separator: "\n"), await process.exitStatus())
    }

    private func arguments(_ command: String) -> [String] {
        let output = scratch.file("output").path
        return switch command {
        case "evaluate": ["evaluate", "--logdir", agent, "--episodes", "1"]
        case "play": ["play", "--logdir", agent, "--output", output]
        case "dream": ["dream", "--logdir", agent, "--output", output]
        case "pack": ["model", "pack", "--logdir", agent, "--output", output]
        case "generate":
            [
                "generate", "--policy", "controller", "--logdir", agent, "--rollouts", "1",
                "--steps", "2", "--rootdir", output,
            ]
        case "generate with workers":
            arguments("generate") + ["--bind", "tcp://127.0.0.1:*"]
        default:
            [
                "coordinator", "--logdir", output, "--bind", "tcp://127.0.0.1:*",
                "--initial-controller", agent + "/controller.safetensors", "--profile", "quick",
            ]
        }
    }

    @Test(arguments: [
        "evaluate", "play", "dream", "pack", "generate", "generate with workers", "coordinator",
    ])
    func `the mapping is asked for before anything else happens`(command: String) async throws {
        let (text, status) = try await run(arguments(command))
        #expect(status == 1)
        #expect(text.contains("controller.safetensors does not say how its outputs become actions"))
        #expect(text.contains("--controller-mapping paper, linear or discrete"))
        #expect(try scratch.contents().filter { $0 != "agent" }.allSatisfy { $0 == "output" })
        #expect((try? scratch.contents("output")) ?? [] == [])
    }

    @Test func `a packed controller says what was said of it`() async throws {
        let (text, status) = try await run(
            arguments("pack") + ["--controller-mapping", "linear"])
        #expect(status == 0)
        #expect(text.contains("mapping linear, inputs zh, latent mean"))
        let file = scratch.file("output/controller.safetensors")
        #expect(try ControllerParameters(contentsOf: file).mapping == .linear)
    }

    @Test func `recordings are driven with the mapping that was said, which is shown`() async throws
    {
        var files: [Data] = []
        // The agent's controller has three outputs.
        for mapping in [ControllerMapping.paper, .linear] {
            let (text, status) = try await run(
                arguments("generate") + ["--controller-mapping", mapping.rawValue, "--overwrite"])
            #expect(status == 0)
            #expect(text.contains("mapping \(mapping.rawValue), inputs zh"))
            files.append(try Data(contentsOf: scratch.file("output/rollout_00000.npz")))
        }
        #expect(files[0] != files[1])
    }
}
