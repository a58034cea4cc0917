// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import EvolutionStrategies
import Foundation
import Pictures
import TerminalOutput

/// Keeps, shows and draws a search while it goes on.
final class SearchFollower {
    private let options: FollowingOptions
    private let title: String
    private let progress: ProgressLine?
    private var drawn = ContinuousClock.now
    private static let pause = Duration.seconds(30)

    init(
        _ options: FollowingOptions, _ session: AskTellSession, _ search: MinimisationOptions
    ) {
        self.options = options
        let strategy = session.search.configuration.strategy
        title =
            "\(strategy.dimension) variables, \(strategy.populationSize) candidates, "
            + "\(strategy.variant.rawValue), seed \(strategy.seed)"
        progress =
            options.verbose
            ? ProgressLine(
                "optimize", total: search.maxEvaluations, unit: "evaluations",
                start: session.search.evaluations) : nil
        progress?.message("optimize: \(title)")
    }

    /// Says something, without breaking the line of the progress.
    func message(_ text: String) {
        if let progress { return progress.message(text) }
        Terminal.standardError.write("\(text)\n")
    }

    /// After a generation.
    func follow(_ session: borrowing AskTellSession) throws {
        if let state = options.state {
            try AtomicFile.write(session.encodedState(), to: URL(fileURLWithPath: state))
        }
        progress?.update(session.search.evaluations, fields: Self.fields(session))
        if options.plot != nil, ContinuousClock.now - drawn >= Self.pause { try draw(session) }
    }

    /// At the search's end.
    func end(_ session: borrowing AskTellSession) throws {
        let reasons =
            session.search.stopReasons.map(\.rawValue)
            + (session.breakOff.map { [$0.rawValue] } ?? [])
        progress?.finish(
            fields: Self.fields(session) + [("", "over by " + reasons.joined(separator: ", "))])
        if options.plot != nil { try draw(session) }
    }

    /// Ends the progress, however the search ended.
    func finish() { progress?.finish() }

    private func draw(_ session: borrowing AskTellSession) throws {
        guard let path = options.plot, let history = session.history else { return }
        drawn = ContinuousClock.now
        let plots = SearchPlots(history: history, title: title)
        try plots.image.writePNG(to: URL(fileURLWithPath: path))
    }

    private static func fields(
        _ session: borrowing AskTellSession
    ) -> [(name: String, value: String)] {
        let strategy = session.search.strategy
        let best = session.search.best?.cost
        var fields = [
            (name: "generation", value: "\(session.generation)"),
            (name: "best", value: best.map { String(format: "%.6g", $0) } ?? "none"),
            (name: "sigma", value: String(format: "%.2e", strategy.sigma)),
            (
                name: "axis ratio",
                value: String(format: "%.2e", strategy.conditionNumber.squareRoot())
            ),
        ]
        if session.search.restarts > 0 {
            fields.append((name: "restarts", value: "\(session.search.restarts)"))
        }
        if strategy.noiseLevel != nil {
            fields.append((name: "evaluations a cost", value: "\(strategy.evaluationsPerCost)"))
        }
        return fields
    }
}
