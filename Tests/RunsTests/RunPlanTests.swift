// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Foundation
import RunStore
import Runs
import Search
import SeededRandom
import TestSupport
import Testing
import WorldModel

struct RunPlanTests {
    private let space: TemporaryDirectory

    init() throws { space = try TemporaryDirectory() }

    @Test func `a new run has its models' digests, and its best controller after a search`()
        async throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let run = try RunPlan(directory, given: RunPlan.small).open()
        #expect(run.isNew && run.settings.populationSize == 4)
        #expect(run.settings.vae == SHA256.digest(QuickModels.vae).hexadecimal)
        #expect(run.settings.mdrnn == SHA256.digest(QuickModels.mdrnn).hexadecimal)
        #expect(try await run.drive(to: 2) == .generations(2))
        let file = try SafetensorsFile(contentsOf: directory.file(of: .controller))
        let evaluation = try #require(try run.store.reader.evaluations().last)
        #expect(try ControllerParameters(file, name: "C").values == evaluation.parameters)
        #expect(file.metadata["run"] == run.identifier && file.metadata["generation"] == "2")
        #expect(try run.store.reader.events().map(\.kind) == ["stopped"])
    }

    @Test func `smooth edges are told to workers and kept with run and controller`() async throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let given = RunPlan.small.merging(["antialiasing": "samples4"]) { $1 }
        let run = try RunPlan(directory, given: given).open()
        let told = String(decoding: try run.encodedRolloutSettings(), as: UTF8.self)
        #expect(told.contains("\"antialiasing\":\"samples4\""))
        try await run.drive(to: 1)
        let stored = try run.store.reader.settings()
        #expect(stored.first { $0.name == "antialiasing" }?.value == "samples4")
        let file = try SafetensorsFile(contentsOf: directory.file(of: .controller))
        #expect(file.metadata["antialiasing"] == "samples4")
    }

    @Test func `8-bit integers are told to workers and kept, and need a V that has scales`()
        async throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let given = RunPlan.small.merging(["precision": "int8"]) { $1 }
        let vae = directory.file(of: .vae)
        #expect(throws: FrozenModelsError.noRanges(model: vae.path)) {
            _ = try RunPlan(directory, given: given).open()
        }
        // Nothing has begun: a V with scales can still come.
        #expect(!directory.holdsRun)
        try QuickModels.rangedVAE.write(to: vae)
        let run = try RunPlan(directory, given: given).open()
        let told = String(decoding: try run.encodedRolloutSettings(), as: UTF8.self)
        #expect(told.contains("\"precision\":\"int8\""))
        try await run.drive(to: 1)
        let stored = try run.store.reader.settings()
        #expect(stored.first { $0.name == "precision" }?.value == "int8")
        let file = try SafetensorsFile(contentsOf: directory.file(of: .controller))
        #expect(file.metadata["precision"] == "int8")
    }

    @Test func `generations that exceed the memory are refused before anything is written`() throws
    {
        let directory = try space.run()
        let given = ["pop-size": "65536", "n-samples": "65536"]
        let error = #expect(throws: RunError.self) {
            _ = try RunPlan(directory, given: given).open()
        }
        #expect(error?.description.contains("4294967296 rollouts") == true)
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }

    @Test func `the same plan continues the run`() async throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let identifier: String
        do {
            let run = try RunPlan(directory, given: RunPlan.small).open()
            identifier = run.identifier
            try await run.drive(to: 1)
        }
        // What is left out is the run's own, not the usual value.
        let run = try RunPlan(directory).open()
        #expect(!run.isNew && run.identifier == identifier && run.settings.populationSize == 4)
        try await run.drive(to: 2)
        #expect(try run.store.reader.generations().map(\.generation) == [1, 2])
    }

    @Test func `another setting or another model than the run's is refused`() async throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        do {
            let run = try RunPlan(directory, given: RunPlan.small).open()
            try await run.drive(to: 1)
        }
        #expect(
            throws: RunError.conflict(
                setting: "pop-size", stored: "4", given: "8", path: directory.path, begun: nil)
        ) {
            try RunPlan(directory, given: ["pop-size": "8"]).open()
        }
        try otherMemory().write(to: directory.file(of: .mdrnn))
        let error = try #require(throws: RunError.self) {
            try RunPlan(directory).open()
        }
        guard case .otherModel(let file, _, _) = error else {
            Issue.record("refused as \(error)")
            return
        }
        #expect(file == directory.path + "/mdrnn.safetensors")
    }

    @Test(arguments: [true, false])
    func `models that no worker could drive with are refused at the start, by their files`(
        trains: Bool
    ) throws {
        var generator = PCG64(seed: 1)
        let long = MDRNNParameters(
            randomFrom: &generator, sizes: MDRNNSizes(latent: 1025, hidden: 1, mixtures: 1))
        let narrow = VAEParameters(
            randomFrom: &generator,
            sizes: VAESizes(
                latent: 32, encoderChannels: [4, 4, 4, 4], decoderInput: 8,
                decoderChannels: [4, 4, 4]))
        for (name, file) in [("mdrnn", long.file()), ("vae", narrow.file())] {
            let directory = try space.run("\(name) \(trains)", models: ["vae", "mdrnn"])
            let part = try #require(Agent.Part(rawValue: name))
            try file.write(to: directory.file(of: part))
            var plan = RunPlan(directory, given: RunPlan.small)
            if trains {
                // Where there is data, what is missing would be trained first, for hours.
                plan.training = ModelTraining(data: "nowhere", visualEpochs: 1, memoryEpochs: 1)
            }
            let error = try #require(throws: FrozenModelsError.self) { try plan.open() }
            #expect(error.description.hasPrefix(directory.file(of: part).path + " has "))
            #expect(error.description.contains(name == "vae" ? "[4, 4, 4, 4]" : "z 1025"))
            #expect(!directory.holdsRun)
        }
    }

    @Test(arguments: [([String](), "vae"), (["vae"], "mdrnn")])
    func `a model that is missing is named, and nothing is written`(
        models: [String], missing: String
    ) throws {
        let directory = try space.run(models: models)
        let error = try #require(throws: RunModels.Missing.self) {
            try RunPlan(directory).open()
        }
        #expect(error.part.rawValue == missing && error.directory == directory.path)
        #expect(error.path.hasSuffix("/\(missing).safetensors"))
        #expect(!directory.holdsRun)
    }

    @Test func `a random M is the same for the same seed, and kept`() throws {
        let memories = try ["one", "two", "three"].map { name in
            let directory = try space.run(name, models: ["vae"])
            let seed = name == "three" ? "6" : "5"
            var plan = RunPlan(directory, given: ["seed": seed])
            plan.usesRandomMemory = true
            _ = try plan.open()
            return try Data(contentsOf: directory.file(of: .mdrnn))
        }
        #expect(memories[0] == memories[1] && memories[0] != memories[2])
    }

    @Test func `nonsense is refused before anything is written`() throws {
        var plan = RunPlan(try space.run(), given: ["sigma": "-1"])
        plan.training = ModelTraining(data: "x", visualEpochs: 1, memoryEpochs: 1)
        #expect(throws: RunError.self) { try plan.open() }
        #expect(try space.contents().isEmpty)
    }

    @Test func `one run is held by one process, as long as the value lives`() throws {
        let plan = RunPlan(try space.run(models: ["vae", "mdrnn"]))
        do {
            let run = try plan.open()
            #expect(throws: RunStoreError.locked(path: plan.directory.path, holder: "a test")) {
                try plan.open()
            }
            #expect(run.isNew)
        }
        #expect(try plan.open().isNew)
    }
}
