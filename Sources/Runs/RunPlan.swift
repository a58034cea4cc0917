// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Foundation
package import RunStore
package import Search
import WorldModel

/// What a person asks of a run: to begin it, or to go on with the one that is there.
package struct RunPlan: Sendable {
    /// The run.
    package var directory: RunDirectory
    /// The written forms of the settings that are asked for, by name.
    package var given: [String: String]
    /// Where settings that are not asked for come from in a new run.
    package var profile: Profile?
    /// What a new run starts from.
    package var startingPoint: StartingPoint
    /// How V and M are trained where the run lacks them; nil: they are not.
    package var training: ModelTraining?
    /// Whether M is random where the run lacks it, instead of trained.
    package var usesRandomMemory = false

    /// Asks for a run with some settings; the other properties may be set after.
    package init(
        _ directory: RunDirectory, given: [String: String] = [:],
        from startingPoint: StartingPoint = StartingPoint()
    ) {
        self.directory = directory
        self.given = given
        self.startingPoint = startingPoint
    }

    /// Begins the run or finds it, with all that it needs to be driven.
    ///
    /// What cannot be is refused before anything is written, as far as that can be told.
    ///
    /// - Parameters:
    ///   - holder: One line about this process, told to whoever finds the run locked.
    ///   - program: The program's name and version, for a new run.
    ///   - observe: Told how training goes on; what it throws ends that.
    /// - Returns: The run; no other process can drive it while the value lives.
    /// - Throws: `RunError` for settings that are none or not the run's, `StartingPoint.OtherModel`,
    ///   `RunModels.Missing`, `RunStoreError`, what reading a damaged file throws, or what `observe`
    ///   throws.
    package func open(
        holder: String, program: String,
        observe: @escaping (ModelTraining.Event) throws -> Void = { _ in }
    ) throws -> OpenRun {
        var given = try startingPoint.settings(given)
        let wanted = try RunSettings(
            given: given, profile: profile?.settings ?? [:], path: directory.path)
        let memorySeed = usesRandomMemory ? wanted.seed : nil
        try startingPoint.checkModels(of: directory)
        if training == nil && startingPoint.models == nil {
            _ = try RunModels(directory, untrainedMemorySeed: memorySeed)
        }
        let store = try RunStore(directory, holder: holder)
        try startingPoint.copyModels(to: directory)
        try training?.run(
            store, seed: wanted.seed, skipsMemory: usesRandomMemory, observe: observe)
        let models = try RunModels(directory, untrainedMemorySeed: memorySeed)
        try models.writeMemory()
        given.merge(models.settings) { $1 }
        let start = try RunStart(
            store, given: given, profile: profile, program: program, now: Date()
        ) { try EvolutionStrategy($0, from: startingPoint.controller?.values) }
        return OpenRun(store: store, start: start, models: models)
    }
}
