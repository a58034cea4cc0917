// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import RunStore
import Runs
import Search
import TestSupport
import Testing
import WorldModel

struct StartingPointTests {
    private let space: TemporaryDirectory

    init() throws { space = try TemporaryDirectory() }

    private func file() throws -> String {
        let url = space.file("start.safetensors")
        try controller().file().write(to: url)
        return url.path
    }

    @Test func `the controller's form and values are the new run's`() throws {
        let run = try RunPlan(
            try space.run(models: ["vae", "mdrnn"]), given: RunPlan.small,
            from: StartingPoint(controller: file())
        ).open()
        let expected = RunSettings(startingFrom: controller())
        #expect(run.settings.inputs == .latent && run.settings.mapping == .linear)
        #expect(run.settings.initialController == expected.initialController)
        #expect(run.settings.initialController.count == 64)
    }

    @Test func `a setting that contradicts the controller's form is refused`() throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let file = try file()
        #expect(
            throws: RunError.otherController(
                path: file, setting: "controller-inputs", found: "z", given: "zh")
        ) {
            try RunPlan(
                directory, given: ["controller-inputs": "zh"],
                from: StartingPoint(controller: file)
            ).open()
        }
        #expect(!directory.holdsRun)
    }

    @Test func `what the controller's file does not say an option may, but no profile`() throws {
        let url = space.file("bare.safetensors")
        var bare = controller().file()
        bare.metadata = [:]
        try bare.write(to: url)
        #expect(throws: ControllerFileError.noMapping(file: url.path)) {
            try StartingPoint(controller: url.path)
        }
        // The wrong value of an option is that option's fault.
        #expect(throws: RunError.self) {
            try StartingPoint(controller: url.path, given: ["controller-mapping": "round"])
        }
        for mapping in [ControllerMapping.paper, .linear] {
            let given = ["controller-mapping": mapping.rawValue, "latent": "sampled"]
            var plan = RunPlan(
                try space.run(mapping.rawValue, models: ["vae", "mdrnn"]),
                given: RunPlan.small.merging(given) { $1 },
                from: try StartingPoint(controller: url.path, given: given))
            plan.profile = try ProfileFiles.load("quick")
            let settings = try plan.open().settings
            #expect(settings.mapping == mapping && settings.latent == .sampled)
        }
    }

    @Test func `what the controller saw the new run sees, unless an option says otherwise`() throws
    {
        let url = space.file("smooth.safetensors")
        try controller().file(metadata: ["antialiasing": "samples4"]).write(to: url)
        func seen(_ name: String, by file: String, _ given: [String: String]) throws -> String {
            var plan = RunPlan(
                try space.run(name, models: ["vae", "mdrnn"]),
                given: RunPlan.small.merging(given) { $1 },
                from: try StartingPoint(controller: file))
            // A recipe says nothing of this controller.
            plan.profile = try ProfileFiles.load("quick")
            return try plan.open().settings.antialiasing.rawValue
        }
        #expect(try seen("a", by: url.path, [:]) == "samples4")
        #expect(try seen("b", by: url.path, ["antialiasing": "off"]) == "off")
        #expect(try seen("c", by: file(), ["antialiasing": "samples4"]) == "samples4")
        #expect(try seen("d", by: file(), [:]) == "off")
        try controller().file(metadata: ["antialiasing": "samples64"]).write(to: url)
        #expect(throws: ControllerFileError.self) { try StartingPoint(controller: url.path) }
    }

    @Test func `a run that sees in another way goes on so, whatever is said of its beginning`()
        async throws
    {
        let url = space.file("smooth.safetensors")
        try controller().file(metadata: ["antialiasing": "samples4"]).write(to: url)
        var plan = RunPlan(
            try space.run(models: ["vae", "mdrnn"]), given: RunPlan.small,
            from: try StartingPoint(controller: url.path))
        plan.given["antialiasing"] = "off"
        try await plan.open().drive(to: 1)
        plan.given["antialiasing"] = nil
        let again = try plan.open()
        #expect(!again.isNew && again.settings.antialiasing == .off)
    }

    @Test func `an agent brings its models, but does not replace others`() throws {
        let agent = try space.run("agent", models: ["vae", "mdrnn"])
        try controller().file().write(to: agent.file(of: .controller))
        let start = try StartingPoint(agent: agent)
        let directory = try space.run("new")
        _ = try RunPlan(directory, given: RunPlan.small, from: start).open()
        #expect(try Data(contentsOf: directory.file(of: .vae)) == QuickModels.vae)
        #expect(try Data(contentsOf: directory.file(of: .mdrnn)) == QuickModels.mdrnn)

        let other = try space.run("other", models: ["vae"])
        try otherMemory().write(to: other.file(of: .mdrnn))
        let error = try #require(throws: StartingPoint.OtherModel.self) {
            try RunPlan(other, from: start).open()
        }
        #expect(error.path.hasSuffix("other/mdrnn.safetensors"))
        #expect(!other.holdsRun)
    }

    @Test func `an agent without a controller is refused`() throws {
        #expect(throws: FileError.self) {
            try StartingPoint(agent: try space.run("agent", models: ["vae", "mdrnn"]))
        }
    }
}
