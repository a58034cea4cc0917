// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import GRDB

extension RunReader {
    /// Who the run is, or nil before it has begun.
    package func identity() throws -> RunIdentity? {
        try rows(as: RunIdentity.self).first
    }

    /// Who the run is.
    ///
    /// - Parameter directory: Where it is for people, if not where it is read.
    /// - Returns: What the run was begun as.
    /// - Throws: `RunStoreError.notBegun`, as where models were trained and nothing was searched yet.
    package func requireIdentity(of directory: RunDirectory) throws -> RunIdentity {
        if let identity = try identity() { return identity }
        let losses = try losses()
        let epochs = ["vae", "mdrnn"].compactMap { model in
            losses.last { $0.model == model }.map { "\(model) up to epoch \($0.epoch)" }
        }
        throw RunStoreError.notBegun(
            path: directory.path,
            holds: epochs.isEmpty
                ? "nothing" : "the losses of \(epochs.joined(separator: " and of "))")
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
    ///
    /// It is the one whose digest that generation has; another is a `RunStoreError.badRow`.
    package func latestState() throws -> OptimiserState? {
        guard
            let state = try rows("ORDER BY generation DESC LIMIT 1", as: OptimiserState.self).first
        else { return nil }
        let record = try rows(
            "WHERE generation = ?", [state.generation], as: GenerationRecord.self
        ).first
        if let digest = record?.stateDigest, !digest.isEmpty,
            digest != SHA256.digest(state.state).hexadecimal
        {
            throw RunStoreError.badRow(
                path: path,
                detail: "optimiser_state: the state after generation \(state.generation) has not"
                    + " the digest that generations has")
        }
        return state
    }

    /// What happened, oldest first.
    package func events() throws -> [EventRecord] {
        try rows("ORDER BY id")
    }

    /// Who has driven for the run, by name.
    package func workers() throws -> [WorkerRecord] {
        try rows("ORDER BY name, fingerprint, party")
    }

    /// The losses of the models' training, by model and epoch.
    package func losses() throws -> [LossRecord] {
        try rows("ORDER BY model DESC, epoch, split DESC, term")
    }
}
