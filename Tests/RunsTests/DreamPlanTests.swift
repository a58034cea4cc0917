// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Foundation
import RunStore
import Runs
import Search
import TestSupport
import Testing
import WorldModel

/// Runs that are to dream, with and without the moments at which dreams begin.
struct DreamPlanTests {
    private let space: TemporaryDirectory

    init() throws { space = try TemporaryDirectory() }

    private static let given = RunPlan.small.merging(["dream-share": "1"]) { $1 }

    /// Starts for the quick models, or for others.
    private func starts(
        mdrnn: Data = QuickModels.mdrnn, sizes: ModelSizes = ModelSizes()
    ) -> DreamStarts {
        DreamStarts(
            latents: [Float](repeating: 0.5, count: 2 * sizes.latent),
            hiddens: [Float](repeating: 0.25, count: 2 * sizes.hidden),
            cells: [Float](repeating: 0.125, count: 2 * sizes.hidden), sizes: sizes,
            vae: SHA256.digest(QuickModels.vae).hexadecimal,
            mdrnn: SHA256.digest(mdrnn).hexadecimal)
    }

    private func write(_ starts: DreamStarts, to directory: RunDirectory) throws {
        try starts.file.encoded().write(
            to: directory.url.appending(path: "dream-starts.safetensors"))
    }

    @Test func `a run that dreams has its starts' digest, and goes on with no others`() async throws
    {
        let directory = try space.run(models: ["vae", "mdrnn"])
        try write(starts(), to: directory)
        let digest = SHA256.digest(starts().file.encoded()).hexadecimal
        do {
            let run = try RunPlan(directory, given: Self.given).open()
            #expect(run.settings.dreamStarts == digest && run.settings.dreams)
            #expect(run.dreamBank?.data == starts().file.encoded())
            try await run.drive(to: 1)
            #expect(try run.store.reader.generations().map(\.isDream) == [true])
        }
        // What is left out is the run's own.
        #expect(try RunPlan(directory).open().dreamBank != nil)
        var file = starts().file
        file.metadata["note"] = "another"
        try file.encoded().write(to: directory.url.appending(path: "dream-starts.safetensors"))
        let error = #expect(throws: RunError.self) { _ = try RunPlan(directory).open() }
        guard case .otherModel(let name, let stored, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name.hasSuffix("/dream-starts.safetensors") && stored == digest)
    }

    @Test func `a run that drives looks at no starts`() throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        try Data("nonsense".utf8).write(
            to: directory.url.appending(path: "dream-starts.safetensors"))
        let run = try RunPlan(directory, given: RunPlan.small).open()
        #expect(run.dreamBank == nil && run.settings.dreamStarts == nil)
    }

    @Test func `no starts, or those of another M, are refused before anything begins`() throws {
        let directory = try space.run(models: ["vae", "mdrnn"])
        let missing = #expect(throws: DreamBank.Missing.self) {
            _ = try RunPlan(directory, given: Self.given).open()
        }
        #expect(missing?.description.contains("dream-starts.safetensors is missing") == true)
        // Nor is V trained, where M is there and was trained without its reward.
        var plan = RunPlan(directory, given: Self.given)
        plan.training = ModelTraining(data: space.path, visualEpochs: 1, memoryEpochs: 1)
        #expect(throws: DreamBank.Missing.self) { _ = try plan.open() }
        #expect(!directory.holdsRun)
        try write(starts(mdrnn: otherMemory()), to: directory)
        let other = #expect(throws: DreamStarts.Failure.self) {
            _ = try RunPlan(directory, given: Self.given).open()
        }
        #expect(other?.description.contains("of another M (SHA-256") == true)
        try write(starts(sizes: ModelSizes(latent: 3, hidden: 4)), to: directory)
        let sizes = #expect(throws: DreamStarts.Failure.self) {
            _ = try RunPlan(directory, given: Self.given).open()
        }
        #expect(sizes?.description.contains("z 3, h 4") == true)
        #expect(!directory.holdsRun)
    }
}
