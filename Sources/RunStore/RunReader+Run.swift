// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import GRDB

extension RunReader {
    /// Who the run is, or nil before it has begun.
    package func identity() throws -> RunIdentity? {
        try rows(as: RunIdentity.self).first
    }

    /// Whether any rollout has been stored.
    package func holdsResults() throws -> Bool {
        try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM rollouts)") } ?? false
    }

    /// What defines the run, in the order in which it was given.
    package func settings() throws -> [(name: String, value: String)] {
        try rows("ORDER BY position", as: SettingRow.self)
            .map { (name: $0.name, value: $0.value) }
    }

    /// The optimiser's state after the last complete generation.
    package func latestState() throws -> OptimiserState? {
        try rows("ORDER BY generation DESC LIMIT 1", as: OptimiserState.self).first
    }

    /// What happened, oldest first.
    package func events() throws -> [EventRecord] {
        try rows("ORDER BY id")
    }

    /// Who has driven for the run, by name.
    package func workers() throws -> [WorkerRecord] {
        try rows("ORDER BY name, fingerprint")
    }

    /// The losses of the models' training, by model and epoch.
    package func losses() throws -> [LossRecord] {
        try rows("ORDER BY model DESC, epoch, split DESC, term")
    }
}
