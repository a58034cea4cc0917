// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import EvolutionStrategies
import WorldModel

extension RunSettings {
    /// What the coordinator holds of an episode while its generation lasts, about: the task and its
    /// lease, the result, and what is looked up by its name; bytes.
    private static let bytesPerEpisode = 1000.0

    /// Refuses a run whose search or whose generations exceed the memory there is, before any of it
    /// is taken.
    ///
    /// - Throws: `EvolutionStrategyError.tooLarge` with the variants that fit; `RunError.tooLarge` or
    ///   `RunError.tooManyParameters`.
    package func checkMemory(available: Double = Double(MachineMemory.bytes)) throws {
        let dimension = shape.parameterCount
        guard dimension <= ControllerShape.mostParameters else {
            throw RunError.tooManyParameters(
                count: dimension, most: ControllerShape.mostParameters)
        }
        let need = EvolutionStrategy.memoryNeed(
            variant: variant, dimension: dimension, population: populationSize,
            available: available)
        if !need.fits { throw EvolutionStrategyError.tooLarge(need) }
        let tracks = max(samples.values.max() ?? 1, samplesLimit)
        let episodes = max(populationSize * tracks, evaluationEpisodes)
        let bytes = need.bytes + Self.bytesPerEpisode * Double(episodes)
        guard bytes <= available else {
            throw RunError.tooLarge(
                population: populationSize, tracks: tracks, evaluation: evaluationEpisodes,
                bytes: bytes, available: available)
        }
    }
}
