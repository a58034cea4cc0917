// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Episodes
import EvolutionStrategies
import Foundation
import RunStore

/// The best that a run with an objective has found, as JSON in its directory and at its end.
struct BestSolutionFile {
    /// The run.
    let directory: RunDirectory
    /// What its candidates are rounded to before they are evaluated.
    let precision: ParameterPrecision

    private struct Solution: Encodable {
        var cost: Double
        var evaluation: Int
        var parameters: [Double]
    }

    /// Writes best.json, whole or not at all.
    ///
    /// - Throws: `FileError`.
    func write(_ search: RestartingSearch) throws {
        guard let best = search.best else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(
            Solution(
                cost: best.cost, evaluation: best.evaluation,
                parameters: precision.rounded(best.candidate)))
        try AtomicFile.write(data + Data("\n".utf8), to: directory.url.appending(path: "best.json"))
    }

    /// The line that ends an ask-and-tell session, for a search that may be over by another limit than
    /// its own.
    ///
    /// - Parameters:
    ///   - search: The search at its end.
    ///   - precision: What its candidates are rounded to before they are evaluated.
    ///   - reason: Why, where the search itself is not over.
    /// - Returns: The line with its newline.
    static func stopLine(
        _ search: RestartingSearch, _ precision: ParameterPrecision, reason: String
    ) -> Data {
        AskTellSession.stopLine(
            search, otherReasons: search.stopReasons.isEmpty ? [reason] : [],
            evaluated: precision.rounded)
    }
}
