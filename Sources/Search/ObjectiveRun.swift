// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
package import Episodes
package import EvolutionStrategies
package import Foundation
package import RunStore

/// A run whose candidates are evaluated by a person's program, held by this process.
package struct ObjectiveRun: Sendable {
    /// A setting as it is stored and shown.
    package struct Setting: Sendable, Hashable {
        /// Its option's name.
        package var name: String
        /// Its one written form.
        package var value: String
        /// Whether a later start may give another value: it does not touch the search.
        package var isFree: Bool

        /// Collects the parts.
        package init(_ name: String, _ value: String, isFree: Bool = false) {
            self.name = name
            self.value = value
            self.isFree = isFree
        }
    }

    /// The setting that every run with an objective has, and no other: which way is up.
    package static let kind = "objective"

    package let store: RunStore
    package let identifier: String
    package let isNew: Bool
    package let plan: GenerationPlan
    private let end: LatestEnd

    /// When the search is over at the latest, which each start may say anew.
    private struct LatestEnd {
        var evaluations: Int?
        var targetCost: Double?

        func set(in search: inout RestartingSearch) throws {
            try search.setLimits(evaluations: evaluations, targetCost: targetCost)
        }
    }

    /// Begins a run, or finds the one that is there and holds it against what is asked for.
    ///
    /// - Parameters:
    ///   - directory: Where it is kept.
    ///   - search: The search at its beginning, of use to a new run only.
    ///   - plan: What its generations consist of.
    ///   - settings: What it is asked to be; the first is `kind`.
    ///   - holder: A line about this process for whoever finds the run locked.
    ///   - program: The program and its version.
    ///   - now: The time, which is written down.
    ///   - waiting: Told of a program that keeps the database locked.
    /// - Throws: `RunError.conflict` for a setting that a run with results was begun with another
    ///   value of, `RunError.otherSearch` for what is no setting; `RunError.otherKind`;
    ///   `RunStoreError`.
    package init(
        _ directory: RunDirectory, search: RestartingSearch, plan: GenerationPlan,
        settings: [Setting], holder: String, program: String, now: Date,
        waiting: @escaping @Sendable (RunStoreError) -> Void = { _ in }
    ) throws {
        precondition(settings.first?.name == Self.kind, "settings of no objective")
        let stopping = search.configuration.strategy.stopping
        end = LatestEnd(
            evaluations: stopping.maximumEvaluations, targetCost: stopping.targetCost)
        // What has no setting of its own is told by it; limits may be set anew.
        var bare = search
        try LatestEnd().set(in: &bare)
        let digest = Setting("search-sha256", SHA256.digest(bare.encodedState()).hexadecimal)
        self.plan = plan
        store = try RunStore(directory, holder: holder, waiting: waiting)
        if try store.reader.holdsResults() {
            try Self.compare(settings, digest, search, end, with: store)
        }
        let beginning = try RunBeginning(
            store, settings: (settings + [digest]).map { ($0.name, $0.value) },
            changeable: settings.filter(\.isFree).map { ($0.name, $0.value) }, program: program,
            now: now, state: { search.encodedState() })
        (identifier, isNew) = (beginning.identifier, beginning.isNew)
    }

    /// Holds what is asked for against the run that is there.
    private static func compare(
        _ settings: [Setting], _ digest: Setting, _ search: RestartingSearch, _ end: LatestEnd,
        with store: RunStore
    ) throws {
        let path = store.directory.path
        let stored = Dictionary(
            try store.reader.settings().map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        guard stored[kind] != nil else {
            throw RunError.otherKind(path: path, isObjective: false)
        }
        for setting in settings where !setting.isFree && stored[setting.name] != setting.value {
            throw RunError.conflict(
                setting: setting.name, stored: stored[setting.name] ?? "nothing",
                given: setting.value, path: path, begun: nil)
        }
        guard stored[digest.name] != digest.value else { return }
        guard let latest = try store.reader.latestState() else {
            throw RunError.noState(path: store.reader.path)
        }
        var former = try RestartingSearch(encodedState: latest.state)
        try end.set(in: &former)
        throw RunError.otherSearch(
            option: former.configuration.difference(from: search.configuration) ?? "inject",
            path: path)
    }

    /// Searches until a limit is reached, the search is over or the calling task is cancelled; why it
    /// ended is kept in its events.
    ///
    /// - Parameters:
    ///   - service: Who evaluates.
    ///   - limits: When to end.
    ///   - saveSearch: Told the search after each generation that is stored, and on each start.
    ///   - observe: Told how it goes on.
    /// - Returns: Why it ended.
    /// - Throws: `RunError`, `RunStoreError`, or why the service cannot go on.
    package func drive(
        with service: any EpisodeService, limits: RunLimits,
        saveSearch: @escaping @Sendable (RestartingSearch) throws -> Void = { _ in },
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> RunEnding {
        var loop = RunLoop<RestartingSearch>(
            store: store, service: service, plan: plan, limits: limits, observe: observe)
        loop.saveSearch = saveSearch
        loop.prepareSearch = { [end] in try end.set(in: &$0) }
        return try await loop.drive()
    }

    /// The search as it is stored, with the limits that it was asked for.
    ///
    /// - Throws: `RunError.noState`, `RunStoreError`, `EvolutionStrategyError`.
    package func search() throws -> RestartingSearch {
        guard let latest = try store.reader.latestState() else {
            throw RunError.noState(path: store.reader.path)
        }
        var search = try RestartingSearch(encodedState: latest.state)
        try end.set(in: &search)
        return search
    }
}
