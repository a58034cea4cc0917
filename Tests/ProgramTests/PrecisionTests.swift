// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ArrayFiles
import Foundation
import Rollouts
import TestSupport
import Testing
import WorldModel

@testable import worldmodels

struct PrecisionTests {
    /// The settings and V that evaluate drives with, for a controller's file of some metadata.
    private static func precision(
        _ metadata: [String: String], _ options: [String], vae: Data = QuickModels.rangedVAE
    ) throws -> Precision {
        let scratch = try TemporaryDirectory()
        try vae.write(to: scratch.file("vae.safetensors"))
        try QuickModels.mdrnn.write(to: scratch.file("mdrnn.safetensors"))
        try ControllerParameters().file(metadata: metadata)
            .write(to: scratch.file("controller.safetensors"))
        let command = try WorldModels.parseAsRoot(
            ["evaluate", "--logdir", scratch.path] + options)
        let agent = try #require(command as? EvaluateCommand).agent
        let files = try agent.files()
        let settings = try agent.settings(of: try files.requireController(), in: files)
        #expect(files.models.encoder.precision == settings.precision)
        #expect(files.models.numericPath.contains("int8") == (settings.precision == .int8))
        return settings.precision
    }

    @Test func `V computes as in the agent's run, or as an option says`() throws {
        let bytes = ["precision": "int8"]
        #expect(try Self.precision(bytes, []) == .int8)
        #expect(try Self.precision(bytes, ["--precision", "float32"]) == .float32)
        #expect(try Self.precision([:], []) == .float32)
        #expect(try Self.precision([:], ["--precision", "int8"]) == .int8)
        // That of a newer program is refused, and an option goes on without it.
        let unknown = ["precision": "int4"]
        #expect(throws: ControllerFileError.self) { try Self.precision(unknown, []) }
        #expect(try Self.precision(unknown, ["--precision", "float32"]) == .float32)
    }

    @Test func `V without scales is refused by its path`() throws {
        let error = #expect(throws: FrozenModelsError.self) {
            try Self.precision([:], ["--precision", "int8"], vae: QuickModels.vae)
        }
        #expect(error?.description.contains("/vae.safetensors has no scales") == true)
    }

    @Test func `a precision goes with a controller that drives`() {
        #expect(throws: (any Error).self) {
            try WorldModels.parseAsRoot(
                ["generate", "--rollouts", "1", "--rootdir", "x", "--precision", "int8"])
        }
    }

    @Test func `the agent that comes with the program has scales`() throws {
        let place = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/worldmodels/Agent/vae.safetensors")
        let vae = try VAEParameters(contentsOf: place.standardizedFileURL)
        let ranges = try #require(vae.ranges)
        #expect(ranges.frames >= 512 && ranges.saturated < 0.001)
    }
}
