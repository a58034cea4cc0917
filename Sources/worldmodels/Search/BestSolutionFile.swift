// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Episodes
import EvolutionStrategies
import Foundation
import RunStore
import TerminalOutput

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

    private static func file(in directory: RunDirectory) -> URL {
        directory.url.appending(path: "best.json")
    }

    /// Refuses a file that is none of a run's own.
    ///
    /// - Throws: `InputError` where there is a file before there is any result.
    static func refuseOther(in directory: RunDirectory) throws {
        let path = file(in: directory).path
        guard FileManager.default.fileExists(atPath: path) else { return }
        throw InputError(
            "\(path) is there, and not of this run: move it elsewhere, or give another --logdir")
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
        try AtomicFile.write(data + Data("\n".utf8), to: Self.file(in: directory))
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
