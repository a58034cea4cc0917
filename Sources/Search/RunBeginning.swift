// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore

/// The one way in which a run comes to be, whatever its candidates are tried on: it is begun, or the one
/// that is there goes on.
struct RunBeginning {
    let identifier: String
    let isNew: Bool

    /// Begins a run, or takes up the one that has results; one that never got a result may still become
    /// another, since nothing would be lost.
    ///
    /// - Parameters:
    ///   - store: Where it is kept.
    ///   - settings: All that it is asked to be, as it is written down.
    ///   - changeable: Those of them that a run with results may be given anew.
    ///   - program: The program and its version.
    ///   - now: The time, which is written down.
    ///   - state: The search at its beginning; asked for a new run alone.
    /// - Throws: `RunStoreError`; what `state` throws.
    init(
        _ store: RunStore, settings: [(name: String, value: String)],
        changeable: [(name: String, value: String)], program: String, now: Date,
        state: () throws -> Data
    ) throws {
        if try store.reader.holdsResults(), let identity = try store.reader.identity() {
            identifier = identity.identifier
            isNew = false
            try store.change(changeable)
        } else {
            identifier = UUID().uuidString.lowercased()
            isNew = true
            try store.begin(
                identifier: identifier, program: program, settings: settings, state: state(),
                created: now)
        }
    }
}
