// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import Search
import TerminalOutput

/// How a search is kept, shown and drawn.
struct FollowingOptions: ParsableArguments {
    @Option(
        help: .init(
            """
            Keep the search in this file after each generation; where the file is there, go on from it \
            with the same options, bit for bit; --max-evaluations and --target-cost may be others.
            """, valueName: "file"))
    var state: String?

    @Flag(help: "Show the progress on standard error.")
    var verbose = false

    @Option(
        help: .init(
            """
            Draw costs, step size, axis ratio, mean and deviations into a PNG file: at the end, and \
            every half minute until then.
            """, valueName: "file"))
    var plot: String?

    /// The session to go on with: that of the state, or a new one.
    ///
    /// - Throws: `InputError` for a state that cannot be read or is of another search; as
    ///   `MinimisationOptions.search`.
    func session(
        _ configuration: RestartingSearch.Configuration, _ options: MinimisationOptions
    ) throws -> AskTellSession {
        if let state, FileManager.default.fileExists(atPath: state) {
            return try restored(state, configuration, options)
        }
        return AskTellSession(
            try options.search(configuration),
            maximumFailedGenerations: options.maxFailedGenerations, keepsHistory: plot != nil)
    }

    private func restored(
        _ path: String, _ configuration: RestartingSearch.Configuration,
        _ options: MinimisationOptions
    ) throws -> AskTellSession {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError("--state \(path) cannot be read")
        }
        var session: AskTellSession
        do {
            session = try AskTellSession(
                encodedState: data, maximumFailedGenerations: options.maxFailedGenerations)
        } catch {
            throw InputError("--state \(path): \(error); give the name of another file")
        }
        // A budget that was spent may be raised.
        let limits = configuration.strategy.stopping
        try session.setLimits(
            evaluations: limits.maximumEvaluations, targetCost: limits.targetCost)
        if let option = session.search.configuration.difference(from: configuration) {
            throw InputError(
                "--state \(path) is of a search with another --\(option): give the options that it "
                    + "was begun with, or the name of another file")
        }
        if plot != nil { session.keepHistory() }
        return session
    }
}
