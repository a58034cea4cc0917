// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
package import RunStore

/// A run that can be driven: begun just now, or found.
package struct RunStart: Sendable {
    /// The run's name in messages.
    package let identifier: String
    /// What defines it.
    package let settings: RunSettings
    /// Whether it was begun just now.
    package let isNew: Bool

    /// Begins a run, or finds the one that is there and holds it against what is asked for.
    ///
    /// - Parameters:
    ///   - store: The run's database.
    ///   - given: By name: what a person asks for, and the digests of the models that were found.
    ///   - profile: The profile, if any.
    ///   - program: The program's name and version, for a new run.
    ///   - now: The time, for a new run.
    ///   - search: Makes the search of a new run.
    /// - Throws: `RunError` for settings that are none or not the run's, `RunStoreError`, or what
    ///   `search` throws.
    package init(
        _ store: RunStore, given: [String: String], profile: Profile?, program: String,
        now: Date, search: (RunSettings) throws -> some SearchStrategy
    ) throws {
        var given = given
        if let profile { given["profile"] = profile.name }
        // A run that never got a result may still become another: nothing would be lost.
        let holdsResults = try store.reader.holdsResults()
        settings = try RunSettings(
            given: given, profile: profile?.settings ?? [:],
            stored: holdsResults ? store.reader.settings() : [],
            begun: (store.reader.lastGeneration()?.generation ?? 0) + 1,
            path: store.directory.path)
        if holdsResults, let identity = try store.reader.identity() {
            identifier = identity.identifier
            isNew = false
            try store.change(settings.changeable)
        } else {
            identifier = UUID().uuidString.lowercased()
            isNew = true
            try store.begin(
                identifier: identifier, program: program, settings: settings.listed,
                state: search(settings).encodedState(), created: now)
        }
    }
}
