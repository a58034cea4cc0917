// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacingRendering
import Foundation
import Rollouts
import Runs
import WorldModel

extension AgentFiles {
    /// How the edges looked where the controller was searched for; off where its file does not say.
    var antialiasing: Antialiasing {
        get throws {
            let url = Agent.Part.controller.file(in: agent.directory)
            // An untrained agent has none.
            guard let file = try? SafetensorsFile(contentsOf: url) else { return .off }
            return try Antialiasing.stated(in: file, name: url.path) ?? .off
        }
    }

    /// Whether each track had colours of its own where the controller was searched for.
    var domainRandomize: Bool {
        get throws {
            let url = Agent.Part.controller.file(in: agent.directory)
            guard let file = try? SafetensorsFile(contentsOf: url) else { return false }
            return try DomainRandomization.stated(in: file, name: url.path)
        }
    }
}
