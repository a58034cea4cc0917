// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import Testing

@testable import WorldModelTraining

/// Files of a training whose numbers were changed by something else: named, or made again.
struct DamagedStateTests {
    /// Numbers that nothing counts to.
    private static let wrong = ["-1", "\(Int.max)", "1e300", "null", "\"\""]

    /// A text of JSON with another value of a whole number; nil where it has no such.
    private func changed(_ text: String, _ name: String, to value: String) throws -> String? {
        let place = try Regex("\"\(name)\":-?[0-9]+")
        guard text.firstMatch(of: place) != nil else { return nil }
        return text.replacing(place, with: "\"\(name)\":\(value)")
    }

    @Test(arguments: [
        "epoch", "optimiserSteps", "badEpochs", "epochsSinceImprovement",
    ]) func `a saved state with a count that is none is refused`(name: String) throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        let url = space.root.appending(path: "run/training/vae-state.safetensors")
        var file = try SafetensorsFile(contentsOf: url)
        let sound = try #require(file.metadata["state"])
        for value in Self.wrong {
            let text: String = try #require(try changed(sound, name, to: value))
            file.metadata["state"] = text
            try file.write(to: url)
            #expect(throws: TrainingError.damagedState(path: url.path, field: "state"), "\(value)")
            {
                _ = try space.vae("run", epochs: 2).run { _ in }
            }
        }
        file.metadata["state"] = sound
        try file.write(to: url)
        _ = try space.vae("run", epochs: 2).run { _ in }
    }

    @Test(arguments: [
        ("latents.json", ["start", "length", "latent", "actions"]),
        ("recordings.json", ["length", "side", "actionSize", "surplusActions"]),
    ]) func `what is kept to save time is made again where it is wrong`(
        file: String, names: [String]
    ) throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        _ = try space.mdrnn("run", epochs: 1).run { _ in }
        let url = space.root.appending(path: "run/training/\(file)")
        let sound = try String(contentsOf: url, encoding: .utf8)
        for name in names {
            for value in Self.wrong {
                let text: String = try #require(try changed(sound, name, to: value))
                try Data(text.utf8).write(to: url)
                _ = try space.mdrnn("run", epochs: 1).run { _ in }
                #expect(try String(contentsOf: url, encoding: .utf8) == sound, "\(name) \(value)")
            }
        }
    }
}
