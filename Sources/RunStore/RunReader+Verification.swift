// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Basics
import Digests
package import Foundation
import GRDB

extension RunReader {
    /// Copies the database as it is at this moment into a new file; writers are not held up.
    ///
    /// The copy is one file without a log, on disk when the method returns.
    package func copyDatabase(to file: URL) throws {
        let path = file.path(percentEncoded: false)
        try namingErrors(of: path) {
            let copy = try DatabaseQueue(path: path)
            try source.backup(to: copy)
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    /// Checks all that can be checked of a run's database: its structure, that what belongs together
    /// is there, and the digests.
    ///
    /// - Throws: `RunStoreError.damaged` or `.badRow` with what is wrong first.
    package func verify() throws {
        try read { database in
            let report = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
            if let report, report != "ok" {
                throw RunStoreError.damaged(
                    path: path, reason: report.replacing("\n", with: " ").printable)
            }
            try database.checkForeignKeys()
        }
        let generations = try generations()
        for (index, record) in generations.enumerated() {
            try require(
                record.generation == index + 1, "generations lacks generation \(index + 1)")
            let returns = try meanReturns(generation: record.generation)
            var bits = Data()
            bits.appendLittleEndian(returns)
            try require(
                record.fitnessDigest.isEmpty
                    || record.fitnessDigest == SHA256.digest(bits).hexadecimal,
                "candidates: the returns of generation \(record.generation) have not the digest"
                    + " that generations has")
            if let best = try bestCandidate(generation: record.generation) {
                try require(
                    returns.indices.contains(best.candidate)
                        && returns[best.candidate] == record.best,
                    "best_candidates: the one of generation \(record.generation) has not the best"
                        + " return")
            }
        }
        let last = generations.last?.generation ?? 0
        try require(
            try latestState()?.generation ?? 0 == last,
            "optimiser_state has no state after generation \(last)")
        for evaluation in try evaluations() {
            let returns = try rollouts(generation: evaluation.generation, purpose: .evaluation)
                .map(\.outcome.episodeReturn)
            var bits = Data()
            bits.appendLittleEndian(evaluation.parameters)
            bits.appendLittleEndian(returns)
            try require(
                evaluation.digest == SHA256.digest(bits).hexadecimal,
                "evaluations: the evaluation after generation \(evaluation.generation) has another"
                    + " digest than its rollouts and parameters")
        }
    }

    private func require(_ isSo: Bool, _ detail: String) throws {
        if !isSo { throw RunStoreError.badRow(path: path, detail: detail) }
    }
}
