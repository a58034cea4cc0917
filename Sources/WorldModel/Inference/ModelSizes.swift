// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The lengths of what V and M give a controller, the paper's by default.
public struct ModelSizes: Sendable, Hashable {
    /// The length of z.
    public var latent: Int
    /// The length of M's hidden state h, and of its cell state c.
    public var hidden: Int

    /// The lengths that z can have.
    public static let latentLimits = 1...1024
    /// The lengths that h can have.
    public static let hiddenLimits = 1...2048
    /// Steering, gas and brake: the length of an action.
    public static let actions = 3

    /// The lengths of z and of h.
    public init(latent: Int = 32, hidden: Int = 256) {
        self.latent = latent
        self.hidden = hidden
    }

    /// Whether V and M of these sizes can drive.
    public var areWithinLimits: Bool {
        Self.latentLimits.contains(latent) && Self.hiddenLimits.contains(hidden)
    }

    /// The limits in words.
    package static let limitsText =
        "z \(latentLimits.lowerBound) to \(latentLimits.upperBound), h "
        + "\(hiddenLimits.lowerBound) to \(hiddenLimits.upperBound)"

    /// z with zeros up to whole vectors of the compiled loops.
    var latentRoom: Int { Self.room(latent) }
    /// h with zeros up to whole vectors of the compiled loops.
    var hiddenRoom: Int { Self.room(hidden) }

    /// So many numbers and zeros up to whole vectors.
    static func room(_ count: Int) -> Int { (count + vector - 1) / vector * vector }

    /// The numbers of the vectors that the loops are written on (`kernel_loops.h`).
    private static let vector = 16
}
