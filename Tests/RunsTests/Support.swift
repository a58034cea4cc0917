// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import RunStore
import Runs
import Search
import TestSupport
import WorldModel

extension TemporaryDirectory {
    /// A run's directory that does not exist yet, with models that are quick to make where asked.
    func run(_ name: String = "run", models: [String] = []) throws -> RunDirectory {
        let run = RunDirectory(path: file(name).path)
        if !models.isEmpty { try run.create() }
        if models.contains("vae") { try QuickModels.vae.write(to: run.file(of: .vae)) }
        if models.contains("mdrnn") { try QuickModels.mdrnn.write(to: run.file(of: .mdrnn)) }
        return run
    }
}

extension RunPlan {
    /// Settings of a small run.
    static let small = [
        "pop-size": "4", "n-samples": "1", "evaluation-episodes": "2", "evaluate-every": "0",
        "variant": "separable", "sigma": "0.1",
    ]

    func open() throws -> OpenRun { try open(holder: "a test", program: "tests") }
}

extension OpenRun {
    /// Drives the run up to a generation.
    @discardableResult
    func drive(to generations: Int) async throws -> RunEnding {
        try await drive(with: ToyService(), limits: RunLimits(generations: generations))
    }
}

/// A controller with values that are not zeros.
func controller(_ inputs: ControllerInputs = .latent) -> ControllerParameters {
    ControllerParameters(
        inputs: inputs, mapping: .linear,
        values: (0..<ControllerShape(inputs: inputs).parameterCount).map { Float($0) / 1000 })
}

/// An M that differs from `QuickModels.mdrnn` in its file's bytes.
func otherMemory() throws -> Data {
    let file = try SafetensorsFile(data: QuickModels.mdrnn, name: "M")
    return try MDRNNParameters(file, name: "M").file(metadata: ["trained": "elsewhere"]).encoded()
}
