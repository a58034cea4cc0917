// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a person says of a controller's form, for files that do not say it themselves.
///
/// A file's shapes tell what the controller sees, but not how its outputs become actions: the same
/// weights drive well with one mapping and badly with the other. Nothing said here overrides a file.
public struct ControllerForm: Sendable, Hashable {
    /// How the outputs become actions; nil: the file has to say.
    public var mapping: ControllerMapping?
    /// What of V's output is z; nil: the file says, or it is the mean.
    public var latent: LatentUse?

    /// Wraps what is said.
    public init(mapping: ControllerMapping? = nil, latent: LatentUse? = nil) {
        self.mapping = mapping
        self.latent = latent
    }
}
