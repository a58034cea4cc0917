// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Testing
import WorldModel

/// What a coordinator accepts of V, M and C it can also hand to its workers.
struct ModelLimitTests {
    @Test func `controllers have no more parameters than messages`() {
        #expect(ControllerShape.mostParameters == WireLimits.parameters)
    }

    @Test func `the largest V and M fit into what a run's models may take`() {
        let largest = VAESizes(latent: ModelSizes.latentLimits.upperBound)
        let visual = VAEParameters.specification(largest).reduce(0) { $0 + $1.count }
        let header = 1 << 16
        #expect(4 * (visual + MDRNNSizes.mostWeights) + header <= WireLimits.modelBytes)
    }
}
