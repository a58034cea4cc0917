// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
package import Foundation

/// A model file that every worker fetches from the coordinator.
package struct ServedModel: Sendable {
    /// What it is, such as "vae".
    package let name: String
    /// The file's bytes.
    package let data: Data
    /// SHA-256 of the bytes.
    package let sha256: Data

    /// Wraps a file.
    ///
    /// - Parameters:
    ///   - name: What it is, as the workers' engine knows it.
    ///   - data: The file's bytes, at least one.
    package init(name: String, data: Data) {
        precondition(!data.isEmpty, "the model \(name) is empty")
        self.name = name
        self.data = data
        sha256 = SHA256.digest(data)
    }

    /// What workers are told of it.
    var description: ModelDescription {
        ModelDescription(name: name, sha256: sha256, size: data.count)
    }
}
