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

/// Runs whose V and M have other sizes than the paper's, whose controllers have a hidden layer or
/// discrete actions, and whose tracks have colours of their own.
struct ControllerShapeTests {
    private let space: TemporaryDirectory
    private static let sizes = ModelSizes(latent: 16, hidden: 24)

    init() throws { space = try TemporaryDirectory() }

    private func directory(
        _ name: String = "run", _ sizes: ModelSizes = Self.sizes, memory: Bool = true
    ) throws -> RunDirectory {
        let run = RunDirectory(path: space.file(name).path)
        try run.create()
        let files = QuickModels.files(sizes)
        try files.vae.write(to: run.file(of: .vae))
        if memory { try files.mdrnn.write(to: run.file(of: .mdrnn)) }
        return run
    }

    /// What workers are told.
    private func told(_ run: OpenRun) throws -> String {
        String(decoding: try run.encodedRolloutSettings(), as: UTF8.self)
    }

    private func controller(of run: RunDirectory) throws -> ControllerParameters {
        try ControllerParameters(contentsOf: run.file(of: .controller))
    }

    @Test func `a run's search has as many variables as its models' sizes give, and goes on so`()
        async throws
    {
        let directory = try directory()
        let run = try RunPlan(directory, given: RunPlan.small).open()
        #expect(run.settings.latentSize == 16 && run.settings.hiddenSize == 24)
        #expect(run.settings.shape.parameterCount == 3 * 41)
        try await run.drive(to: 2)
        let stored = try run.store.reader.settings()
        #expect(stored.first { $0.name == "latent-size" }?.value == "16")
        #expect(stored.first { $0.name == "hidden-size" }?.value == "24")
        let best = try controller(of: directory)
        #expect(best.shape.sizes == Self.sizes && best.values.count == 123)
    }

    @Test func `a run is continued with the sizes that it began with`() async throws {
        let directory = try directory()
        try await RunPlan(directory, given: RunPlan.small).open().drive(to: 1)
        let again = try RunPlan(directory).open()
        #expect(!again.isNew && again.settings.shape.sizes == Self.sizes)
        try await again.drive(to: 2)
    }

    @Test func `an M for other latents than V's is refused by name`() throws {
        let directory = try directory()
        try QuickModels.mdrnn.write(to: directory.file(of: .mdrnn))
        #expect(
            throws: FrozenModelsError.disagree(
                mdrnn: directory.file(of: .mdrnn).path, found: 32, vae: 16)
        ) { try RunPlan(directory, given: RunPlan.small).open() }
        #expect(!directory.holdsRun)
    }

    @Test func `models that are there are not trained to other sizes, and the file is named`()
        throws
    {
        let directory = try directory()
        func error(latent: Int? = nil, hidden: Int? = nil) -> RunError? {
            var plan = RunPlan(directory, given: RunPlan.small)
            plan.training = ModelTraining(
                data: space.path, visualEpochs: 1, memoryEpochs: 1, latentSize: latent,
                hiddenSize: hidden)
            return #expect(throws: RunError.self) { try plan.open() }
        }
        #expect(
            error(latent: 8)
                == .otherSize(
                    file: directory.file(of: .vae).path, setting: "latent-size", found: 16,
                    given: 8))
        #expect(
            error(latent: 16, hidden: 32)
                == .otherSize(
                    file: directory.file(of: .mdrnn).path, setting: "hidden-size", found: 24,
                    given: 32))
        var plan = RunPlan(directory, given: RunPlan.small)
        plan.training = ModelTraining(data: space.path, visualEpochs: 1, memoryEpochs: 1)
        #expect(try plan.open().settings.latentSize == 16)
    }

    @Test func `an M that would not go with the V to be trained is refused before that`() throws {
        let directory = try directory()
        try FileManager.default.removeItem(at: directory.file(of: .vae))
        var plan = RunPlan(directory, given: RunPlan.small)
        plan.training = ModelTraining(
            data: space.path, visualEpochs: 1, memoryEpochs: 1, latentSize: 8)
        #expect(
            throws: FrozenModelsError.disagree(
                mdrnn: directory.file(of: .mdrnn).path, found: 16, vae: 8)
        ) { try plan.open() }
        #expect(!directory.holdsRun)
    }

    @Test func `a random M fits the V that is there`() throws {
        let directory = try directory(memory: false)
        var plan = RunPlan(directory, given: RunPlan.small)
        plan.usesRandomMemory = true
        let run = try plan.open()
        #expect(run.settings.shape.sizes == ModelSizes(latent: 16, hidden: 256))
        let memory = try MDRNNParameters(contentsOf: directory.file(of: .mdrnn))
        #expect(memory.sizes == MDRNNSizes(latent: 16))
    }

    @Test func `a hidden layer is searched, told to workers, kept, and part of the run`()
        async throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        var given = RunPlan.small.merging(
            ["controller-hidden": "5", "controller-inputs": "z", "controller-mapping": "discrete"]
        ) { $1 }
        do {
            let run = try RunPlan(directory, given: given).open()
            #expect(run.settings.shape.parameterCount == 5 * 33 + 5 * 6)
            let told = try told(run)
            #expect(told.contains("\"hiddenUnits\":5") && told.contains("\"discrete\""))
            try await run.drive(to: 1)
        }
        let best = try controller(of: directory)
        #expect(best.shape == ControllerShape(inputs: .latent, hiddenUnits: 5, mapping: .discrete))
        given["controller-hidden"] = "6"
        let error = #expect(throws: RunError.self) { try RunPlan(directory, given: given).open() }
        #expect(error?.description.contains("controller-hidden 6") == true)

        // Another run starts from it, in its form.
        let path = directory.file(of: .controller).path
        let next = try RunPlan(
            try space.run("next", models: ["vae", "mdrnn"]), given: RunPlan.small,
            from: StartingPoint(controller: path)
        ).open()
        #expect(next.settings.hiddenUnits == 5 && next.settings.mapping == .discrete)
        #expect(
            throws: RunError.otherController(
                path: path, setting: "controller-hidden", found: "5", given: "0")
        ) {
            try RunPlan(
                try space.run("other", models: ["vae", "mdrnn"]),
                given: ["controller-hidden": "0"], from: StartingPoint(controller: path)
            ).open()
        }
    }

    @Test func `a controller for other sizes starts no run, and nothing is written`() throws {
        let file = space.file("start.safetensors")
        try RunsTests.controller(.latentHidden).file().write(to: file)
        let directory = try directory()
        #expect(
            throws: ControllerFileError.otherSizes(
                file: file.path, found: ModelSizes(), expected: Self.sizes)
        ) {
            try RunPlan(
                directory, given: RunPlan.small, from: StartingPoint(controller: file.path)
            ).open()
        }
        #expect(!directory.holdsRun)
    }

    @Test func `more parameters than workers take are refused, and nothing is written`() throws {
        let sizes = ModelSizes(latent: 300, hidden: 20)
        let directory = try directory("large", sizes)
        let given = RunPlan.small.merging(["controller-hidden": "1024"]) { $1 }
        let error = #expect(throws: RunError.self) {
            try RunPlan(directory, given: given).open()
        }
        #expect(error == .tooManyParameters(count: 1024 * 321 + 3 * 1025, most: 1 << 18))
        #expect(!directory.holdsRun)
    }

    @Test
    func `tracks with colours of their own are told, kept, and seen by who starts from there`()
        async throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let given = RunPlan.small.merging(["domain-randomize": "on"]) { $1 }
        let run = try RunPlan(directory, given: given).open()
        #expect(try told(run).contains("\"domainRandomize\":true"))
        try await run.drive(to: 1)
        let file = try SafetensorsFile(contentsOf: directory.file(of: .controller))
        #expect(file.metadata["domain_randomize"] == "true")
        let start = try StartingPoint(controller: directory.file(of: .controller).path)
        let next = try RunPlan(
            try space.run("next", models: ["vae", "mdrnn"]), given: RunPlan.small, from: start
        ).open()
        #expect(try told(next).contains("\"domainRandomize\":true"))
        let plain = try RunPlan(
            try space.run("plain", models: ["vae", "mdrnn"]),
            given: RunPlan.small.merging(["domain-randomize": "off"]) { $1 }, from: start
        ).open()
        #expect(try told(plain).contains("\"domainRandomize\":false"))
        // Nothing is said where it is off, as before.
        try await plain.drive(to: 1)
        let other = try SafetensorsFile(contentsOf: plain.store.directory.file(of: .controller))
        #expect(other.metadata["domain_randomize"] == nil)
    }
}
