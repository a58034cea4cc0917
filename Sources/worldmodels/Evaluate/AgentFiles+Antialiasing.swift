// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacingRendering
import Rollouts
import WorldModel

extension AgentFiles {
    /// How the edges looked where the controller was searched for; off where its file does not say.
    var antialiasing: Antialiasing {
        let file = try? SafetensorsFile(contentsOf: Agent.Part.controller.file(in: agent.directory))
        return file?.metadata[Antialiasing.metadataKey].flatMap { Antialiasing(rawValue: $0) }
            ?? .off
    }
}
