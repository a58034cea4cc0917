// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import Testing
import WorldModel

struct AgentTests {
    /// A directory that is removed with the object, with some of an agent's files.
    private final class Place {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "agent-tests-\(UUID().uuidString)", directoryHint: .isDirectory)

        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func file(_ part: Agent.Part) -> URL { part.file(in: url) }

        func write(vae sizes: VAESizes = VAESizes()) throws {
            try write(VAEParameters.specification(sizes), .vae)
        }

        func write(mdrnn sizes: MDRNNSizes = MDRNNSizes()) throws {
            try write(MDRNNParameters.specification(sizes), .mdrnn)
        }

        func write(_ controller: ControllerParameters) throws {
            try controller.file().write(to: file(.controller))
        }

        private func write(_ specification: [TensorSpecification], _ part: Agent.Part) throws {
            let tensors = specification.map { ($0.name, Tensor(zeros: $0.shape)) }
            try SafetensorsFile(tensors: Dictionary(uniqueKeysWithValues: tensors))
                .write(to: file(part))
        }
    }

    /// Why the agent of a place cannot be read.
    private func failure(_ place: Place) throws -> Agent.Failure {
        try #require(throws: Agent.Failure.self) { _ = try Agent(directory: place.url) }
    }

    @Test func `the files have the names that runs and shipped agents give them`() throws {
        let names = Agent.Part.allCases.map(\.fileName)
        #expect(names == ["vae.safetensors", "mdrnn.safetensors", "controller.safetensors"])
    }

    @Test func `what is missing is named, in the order in which it is trained`() throws {
        let place = try Place()
        #expect(try failure(place) == .missing(.vae, directory: place.url.path))
        try place.write(mdrnn: MDRNNSizes())
        #expect(try failure(place) == .missing(.vae, directory: place.url.path))
        try FileManager.default.removeItem(at: place.file(.mdrnn))
        try place.write(vae: VAESizes())
        #expect(try failure(place) == .missing(.mdrnn, directory: place.url.path))
        try FileManager.default.removeItem(at: place.url)
        #expect(try failure(place) == .noDirectory(place.url.path))
    }

    @Test func `a directory of the original's is known by its checkpoints`() throws {
        let place = try Place()
        func checkpoint(_ name: String) throws {
            let url = place.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([0x80, 2]).write(to: url)
        }
        try checkpoint("mdrnn/best.tar")
        #expect(try failure(place) == .missing(.vae, directory: place.url.path))
        try checkpoint("vae/best.tar")
        #expect(try failure(place) == .checkpoint(.vae, directory: place.url.path))
        try place.write(vae: VAESizes())
        #expect(try failure(place) == .checkpoint(.mdrnn, directory: place.url.path))
        try place.write(mdrnn: MDRNNSizes())
        try checkpoint("ctrl/best.tar")
        let agent = try Agent(directory: place.url)
        #expect(throws: Agent.Failure.checkpoint(.controller, directory: place.url.path)) {
            try agent.requireController()
        }
    }

    @Test func `V and M are an agent that encodes, with its controller if there is one`() throws {
        let place = try Place()
        try place.write(vae: VAESizes())
        try place.write(mdrnn: MDRNNSizes())
        let agent = try Agent(directory: place.url)
        let pixels = [UInt8](repeating: 90, count: Encoder.imageBytes)
        #expect(agent.models.encoder.encode(pixels).means == [Float](repeating: 0, count: 32))
        #expect(agent.controller == nil)
        #expect(
            throws: Agent.Failure.missing(.controller, directory: place.url.path)
        ) { try agent.requireController() }

        var controller = ControllerParameters(inputs: .latent, mapping: .linear)
        controller.values[5] = 0.25
        try place.write(controller)
        #expect(try Agent(directory: place.url).requireController() == controller)
    }

    @Test func `V and M of other sizes are an agent with a controller for these`() throws {
        let place = try Place()
        try place.write(vae: VAESizes(latent: 16))
        try place.write(mdrnn: MDRNNSizes(latent: 16, hidden: 24, mixtures: 2))
        let sizes = ModelSizes(latent: 16, hidden: 24)
        let controller = ControllerParameters(shape: ControllerShape(hiddenUnits: 3, sizes: sizes))
        try place.write(controller)
        let agent = try Agent(directory: place.url)
        #expect(agent.models.sizes == sizes)
        #expect(try agent.requireController() == controller)
        let pixels = [UInt8](repeating: 90, count: Encoder.imageBytes)
        #expect(agent.models.encoder.encode(pixels).means.count == 16)
        let name = place.file(.controller).path
        try place.write(ControllerParameters())
        #expect(
            throws: ControllerFileError.otherSizes(
                file: name, found: ModelSizes(), expected: sizes)
        ) { try Agent(directory: place.url) }
    }

    @Test func `an M for other latents than V's is refused, and so are sizes nobody can run`()
        throws
    {
        let place = try Place()
        try place.write(vae: VAESizes(latent: 16))
        try place.write(mdrnn: MDRNNSizes())
        #expect(
            try failure(place) == .disagree(directory: place.url.path, mdrnn: 32, vae: 16))
        let small = VAESizes(
            latent: 16, encoderChannels: [4, 4, 4, 4], decoderInput: 8, decoderChannels: [4, 4, 4])
        try place.write(mdrnn: MDRNNSizes(latent: 16))
        try place.write(vae: small)
        #expect(throws: FrozenModelsError.self) { try Agent(directory: place.url) }
    }

    @Test func `a controller that does not say its mapping is asked about, one that does is not`()
        throws
    {
        let place = try Place()
        try place.write(vae: VAESizes())
        try place.write(mdrnn: MDRNNSizes())
        let name = place.file(.controller).path
        // As safetensors.torch saves the original's, which has no place for more.
        var file = ControllerParameters(latent: .sampled).file()
        file.metadata = [:]
        try file.write(to: place.file(.controller))
        let error = try #require(throws: ControllerFileError.self) {
            try Agent(directory: place.url)
        }
        #expect(error == .noMapping(file: name))
        #expect(error.description.contains("paper") && error.description.contains("linear"))
        for mapping in [ControllerMapping.paper, .linear] {
            let form = ControllerForm(mapping: mapping)
            let controller = try Agent(directory: place.url, form: form).requireController()
            #expect(controller.mapping == mapping && controller.latent == .mean)
        }
        // A file that says its form is not overruled, be it only in part.
        file.metadata = ["latent": "sampled"]
        try file.write(to: place.file(.controller))
        #expect(throws: ControllerFileError.noMapping(file: name)) {
            try Agent(directory: place.url)
        }
        #expect(
            throws: ControllerFileError.otherForm(
                file: name, key: "latent", found: "sampled", said: "mean")
        ) {
            try Agent(directory: place.url, form: ControllerForm(mapping: .linear, latent: .mean))
        }
        try place.write(ControllerParameters(mapping: .linear))
        #expect(
            throws: ControllerFileError.otherForm(
                file: name, key: "mapping", found: "linear", said: "paper")
        ) { try Agent(directory: place.url, form: ControllerForm(mapping: .paper)) }
        #expect(try Agent(directory: place.url).requireController().mapping == .linear)
    }

    @Test func `a damaged controller is refused, not taken for a missing one`() throws {
        let place = try Place()
        try place.write(vae: VAESizes())
        try place.write(mdrnn: MDRNNSizes())
        try Data("nothing".utf8).write(to: place.file(.controller))
        #expect(throws: FileError.self) { try Agent(directory: place.url) }
        try FileManager.default.removeItem(at: place.file(.controller))
        try FileManager.default.copyItem(at: place.file(.mdrnn), to: place.file(.controller))
        #expect(throws: ControllerFileError.self) { try Agent(directory: place.url) }
    }
}
