// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Foundation
package import RunStore
package import Search
import WorldModel

/// What a person asks of a run: to begin it, or to go on with the one that is there.
package struct RunPlan: Sendable {
    package var directory: RunDirectory
    /// The written forms of the settings that are asked for, by name.
    package var given: [String: String]
    /// Where settings that are not asked for come from in a new run.
    package var profile: Profile?
    package var startingPoint: StartingPoint
    /// How V and M are trained where the run lacks them; nil: they are not.
    package var training: ModelTraining?
    /// Whether M is random where the run lacks it, instead of trained.
    package var usesRandomMemory = false

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
    /// What cannot be is refused before anything is written, as far as that can be told. `holder`
    /// is a line about this process for whoever finds the run locked; what `observe` throws ends
    /// the training; `waiting` is told of a program that keeps the database locked. No other process
    /// can drive the run while the value lives.
    package func open(
        holder: String, program: String,
        observe: @escaping (ModelTraining.Event) throws -> Void = { _ in },
        waiting: @escaping @Sendable (RunStoreError) -> Void = { _ in }
    ) throws -> OpenRun {
        var given = try startingPoint.settings(given)
        var wanted = try RunSettings(
            given: given, profile: profile?.settings ?? [:], path: directory.path)
        if let sizes = expectedSizes {
            (wanted.latentSize, wanted.hiddenSize) = (sizes.latent, sizes.hidden)
            try startingPoint.check(sizes)
        }
        try wanted.checkMemory()
        let memorySeed = usesRandomMemory ? wanted.seed : nil
        try startingPoint.checkModels(of: directory)
        if training == nil && startingPoint.models == nil {
            let present = try RunModels(
                directory, untrainedMemorySeed: memorySeed, precision: wanted.precision)
            if wanted.dreams { _ = try DreamBank(directory, of: present) }
        } else {
            try RunModels.checkPresent(in: directory, precision: wanted.precision)
        }
        try training?.check(presentIn: directory)
        if wanted.dreams, usesRandomMemory || training?.trainsMemory(in: directory) != true {
            try DreamBank.require(in: directory)
        }
        try ForeignController.refuse(beforeBeginningIn: directory)
        let store = try RunStore(directory, holder: holder, waiting: waiting)
        try ForeignController.refuse(in: directory, of: store.reader.identity()?.identifier)
        try startingPoint.copyModels(to: directory)
        try training?.run(
            store, seed: wanted.seed, skipsMemory: usesRandomMemory,
            includesReward: wanted.dreams, observe: observe)
        let models = try RunModels(
            directory, untrainedMemorySeed: memorySeed, precision: wanted.precision)
        try startingPoint.check(models.sizes)
        try models.writeMemory()
        given.merge(models.settings) { $1 }
        if try !store.reader.holdsResults() {
            given.merge(startingPoint.look) { asked, _ in asked }
        }
        try store.takeLoggedLosses()
        let settled = try RunStart.settings(store, given: given, profile: profile)
        let bank = settled.dreams ? try DreamBank(directory, of: models) : nil
        if let bank { given.merge(bank.settings) { $1 } }
        let start = try RunStart(
            store, given: given, profile: profile, program: program, now: Date()
        ) { try EvolutionStrategy($0, from: startingPoint.controller?.values) }
        return OpenRun(store: store, models: models, dreamBank: bank, start: start)
    }

    /// The sizes of the V and M that the run has or will have; nil: that cannot be told yet.
    private var expectedSizes: ModelSizes? {
        let source = startingPoint.models ?? directory
        guard let present = RunModels.sizesPresent(in: source) else { return training?.sizes }
        let hasMemory = FileManager.default.fileExists(atPath: source.file(of: .mdrnn).path)
        return ModelSizes(
            latent: present.latent,
            hidden: hasMemory || usesRandomMemory
                ? present.hidden : training?.sizes.hidden ?? present.hidden)
    }
}
