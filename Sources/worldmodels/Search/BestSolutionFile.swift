// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import EvolutionStrategies
import Foundation
import RunStore
import TerminalOutput

/// The best that a run with an objective has found, as JSON in its directory and at its end.
struct BestSolutionFile {
    /// The run.
    let directory: RunDirectory

    private struct Solution: Encodable {
        var cost: Double
        var evaluation: Int
        var parameters: [Double]
    }

    private var file: URL { directory.url.appending(path: "best.json") }

    /// Refuses a best.json where a run begins, which has written none: somebody's, or of a run whose
    /// database has gone.
    ///
    /// - Throws: `InputError`.
    func refusePresent() throws {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return }
        throw InputError(
            "\(file.path) was not written by this run, which would replace it: move it elsewhere, or"
                + " give another --logdir")
    }

    /// Writes best.json, whole or not at all.
    ///
    /// - Throws: `FileError`.
    func write(_ search: RestartingSearch) throws {
        guard let best = search.best else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(
            Solution(cost: best.cost, evaluation: best.evaluation, parameters: best.candidate))
        try AtomicFile.write(data + Data("\n".utf8), to: file)
    }

    /// The line that ends an ask-and-tell session, for a search that may be over by another limit than
    /// its own.
    ///
    /// - Parameters:
    ///   - search: The search at its end.
    ///   - reason: Why, where the search itself is not over.
    /// - Returns: The line with its newline.
    /// - Throws: As `AskTellSession.nextLine()`.
    static func stopLine(_ search: RestartingSearch, reason: String) throws -> Data {
        if !search.stopReasons.isEmpty {
            var session = AskTellSession(search)
            return try session.nextLine()
        }
        func list(_ numbers: [Double]) -> String {
            "[\(numbers.map(\.description).joined(separator: ","))]"
        }
        let text =
            "{\"stop\":{\"reasons\":[\"\(reason)\"],\"best\":\(list(search.best?.candidate ?? [])),"
            + "\"bestCost\":\(search.best.map { "\($0.cost)" } ?? "null"),"
            + "\"mean\":\(list(search.strategy.mean)),\"evaluations\":\(search.evaluations)}}\n"
        return Data(text.utf8)
    }
}
