// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
package import RunStore

/// A run that can be driven: begun just now, or found.
package struct RunStart: Sendable {
    package let identifier: String
    package let settings: RunSettings
    package let isNew: Bool

    /// Begins a run, or finds the one that is there and holds it against what is asked for.
    ///
    /// `given` has what a person asks for and the digests of the models that were found; `program`,
    /// `now` and `search` are of use to a new run only.
    package init(
        _ store: RunStore, given: [String: String], profile: Profile?, program: String,
        now: Date, search: (RunSettings) throws -> some SearchStrategy
    ) throws {
        settings = try Self.settings(store, given: given, profile: profile)
        try settings.checkMemory()
        let beginning = try RunBeginning(
            store, settings: settings.listed, changeable: settings.changeable, program: program,
            now: now, state: { [settings] in try search(settings).encodedState() })
        (identifier, isNew) = (beginning.identifier, beginning.isNew)
    }

    /// The settings that a run would be driven with: what is asked for, held against those of the run
    /// that is there.
    package static func settings(
        _ store: RunStore, given: [String: String], profile: Profile?
    ) throws -> RunSettings {
        var given = given
        if let profile { given["profile"] = profile.name }
        // A run that never got a result may still become another: nothing would be lost.
        let stored = try store.reader.holdsResults() ? store.reader.settings() : []
        if stored.contains(where: { $0.name == ObjectiveRun.kind }) {
            throw RunError.otherKind(path: store.directory.path, isObjective: true)
        }
        return try RunSettings(
            given: given, profile: profile?.settings ?? [:], stored: stored,
            begun: (store.reader.lastGeneration()?.generation ?? 0) + 1,
            path: store.directory.path)
    }
}
