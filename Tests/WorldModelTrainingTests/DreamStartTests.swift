// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

/// Where dreams begin.
struct DreamStartTests {
    @Test func `an M that learns its reward leaves the moments at which its dreams begin`() throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        _ = try space.mdrnn("run", epochs: 1).run { _ in }
        // One without its reward is none to dream in.
        #expect(!space.exists("run/dream-starts.safetensors"))
        try FileManager.default.removeItem(at: space.root.appending(path: "run/mdrnn.safetensors"))
        let told = try space.told(
            space.mdrnn("run", epochs: 1) { $0.includesReward = true }.run)
        #expect(told.contains { $0.hasPrefix("dream-starts.safetensors says where dreams") })
        let bytes = try space.bytes("run/dream-starts.safetensors")
        let starts = try DreamStarts(SafetensorsFile(data: bytes, name: "starts"), name: "starts")
        #expect(starts.count == DreamStartChoice.count)
        let memory = try MDRNNParameters(
            contentsOf: space.root.appending(path: "run/mdrnn.safetensors"))
        try starts.check(
            sizes: ModelSizes(of: memory.sizes),
            vae: SHA256.digest(space.bytes("run/vae.safetensors")).hexadecimal,
            mdrnn: SHA256.digest(space.bytes("run/mdrnn.safetensors")).hexadecimal, name: "starts")
        // The same command writes the same again, also where there is nothing left to train.
        try FileManager.default.removeItem(
            at: space.root.appending(path: "run/dream-starts.safetensors"))
        _ = try space.mdrnn("run", epochs: 1, threads: 1) { $0.includesReward = true }.run { _ in }
        #expect(try space.bytes("run/dream-starts.safetensors") == bytes)
    }

    @Test func `a start has what was seen in its frame, and what M remembers of those before`()
        throws
    {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        _ = try space.mdrnn("run", epochs: 1) { $0.includesReward = true }.run { _ in }
        let memory = try MDRNNParameters(
            contentsOf: space.root.appending(path: "run/mdrnn.safetensors"))
        let starts = try DreamStarts(
            SafetensorsFile(
                contentsOf: space.root.appending(path: "run/dream-starts.safetensors")),
            name: "starts")
        let cell = try RecurrentCell(memory)
        let latent = memory.sizes.latent
        // What M remembers before each row of each recording, one at a time.
        let index = try JSONDecoder().decode(
            LatentStore.Index.self, from: space.bytes("run/training/latents.json"))
        let rows = try space.bytes("run/training/latents.bin").withUnsafeBytes {
            Array($0.bindMemory(to: Float.self))
        }
        let width = LatentStore.width(latent: latent, actions: 3)
        // Frames that look alike have one mean.
        struct Moment: Equatable {
            var hidden: [Float]
            var cell: [Float]
            var step = 0

            static func == (left: Self, right: Self) -> Bool {
                left.hidden == right.hidden && left.cell == right.cell
            }
        }
        var known: [[Float]: [Moment]] = [:]
        for recording in index.recordings {
            let states = RecurrentCell.States(count: 1, sizes: cell.sizes)
            states.reset(0)
            for step in 0..<recording.length {
                let row = Array(rows[((recording.start + step) * width)...].prefix(width))
                let mean = Array(row.prefix(latent))
                known[mean, default: []].append(
                    Moment(
                        hidden: states.hiddenValues(0), cell: states.cellValues(0), step: step))
                states.setLatent(0, mean)
                states.setAction(0, Array(row[(2 * latent)..<(2 * latent + 3)]))
                cell.step([0], states)
            }
        }
        let states = RecurrentCell.States(count: 1, sizes: cell.sizes)
        var steps: [Int] = []
        for start in 0..<starts.count {
            starts.begin(0, at: start, states)
            let found = Moment(hidden: states.hiddenValues(0), cell: states.cellValues(0))
            let moment = known[states.latentValues(0)]?.first { $0 == found }
            steps.append(try #require(moment).step)
        }
        // Every second one is an episode's beginning.
        #expect(stride(from: 0, to: steps.count, by: 2).allSatisfy { steps[$0] == 0 })
        #expect(Set(steps).count > 8)
    }
}
