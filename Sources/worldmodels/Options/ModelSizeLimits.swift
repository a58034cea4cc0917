// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import WorldModel

/// What sizes of V and M a person can ask for.
enum ModelSizeLimits {
    /// How many Gaussians M can mix.
    static let mixtures = 1...64

    /// Refuses sizes beyond the limits, by the options' names.
    ///
    /// - Throws: `ValidationError`.
    static func check(latent: Int? = nil, hidden: Int? = nil, mixtures: Int? = nil) throws {
        try check(latent, ModelSizes.latentLimits, "--latent-size")
        try check(hidden, ModelSizes.hiddenLimits, "--hidden-size")
        try check(mixtures, Self.mixtures, "--mixtures")
    }

    private static func check(_ size: Int?, _ limits: ClosedRange<Int>, _ option: String) throws {
        if let size, !limits.contains(size) {
            throw ValidationError(
                "\(option) \(size): \(limits.lowerBound) to \(limits.upperBound)")
        }
    }
}
