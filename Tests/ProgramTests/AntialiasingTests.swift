// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ArrayFiles
import CarRacingRendering
import Foundation
import Rollouts
import TestSupport
import Testing
import WorldModel

@testable import worldmodels

struct AntialiasingTests {
    /// The settings that evaluate drives with, for a controller's file of some metadata.
    private static func antialiasing(
        _ metadata: [String: String], _ options: [String]
    ) throws -> Antialiasing {
        let scratch = try TemporaryDirectory()
        try QuickModels.vae.write(to: scratch.file("vae.safetensors"))
        try QuickModels.mdrnn.write(to: scratch.file("mdrnn.safetensors"))
        try ControllerParameters().file(metadata: metadata)
            .write(to: scratch.file("controller.safetensors"))
        let command = try WorldModels.parseAsRoot(
            ["evaluate", "--logdir", scratch.path] + options)
        let agent = try #require(command as? EvaluateCommand).agent
        let files = try agent.files()
        return try agent.settings(of: try files.requireController(), in: files).antialiasing
    }

    @Test func `an agent sees what it saw in its run, or what an option says`() throws {
        let smooth = ["antialiasing": "samples4"]
        #expect(try Self.antialiasing(smooth, []) == .samples4)
        #expect(try Self.antialiasing(smooth, ["--antialiasing", "off"]) == .off)
        #expect(try Self.antialiasing([:], []) == .off)
        // That of a newer program is refused, and an option goes on without it.
        let unknown = ["antialiasing": "samples64"]
        #expect(throws: ControllerFileError.self) { try Self.antialiasing(unknown, []) }
        #expect(try Self.antialiasing(unknown, ["--antialiasing", "off"]) == .off)
        #expect(try Self.antialiasing([:], ["--antialiasing", "samples4"]) == .samples4)
    }
}
