// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

extension RunReport {
    /// The generations as comma-separated values with a header (RFC 4180, but with plain line
    /// feeds); what does not exist is empty.
    package var csv: String {
        let header = [
            "generation", "candidates", "tracks", "best", "mean", "standard_deviation", "worst",
            "failed", "sigma", "steps", "total_steps", "seconds", "elapsed", "workers",
            "evaluation_mean", "evaluation_standard_deviation", "evaluation_episodes",
            "state_digest", "fitness_digest", "evaluation_digest", "finished",
        ]
        let rows = generations.map { row -> [String] in
            var fields = ["\(row.generation)", "\(row.candidates)", "\(row.tracks)"]
            fields += [row.best, row.mean, row.standardDeviation, row.worst].map(Self.field)
            fields += ["\(row.failed)", "\(row.sigma)", "\(row.steps)", "\(row.totalSteps)"]
            fields += ["\(row.seconds)", "\(row.elapsed)", "\(row.workers)"]
            fields += [row.evaluationMean, row.evaluationStandardDeviation].map(Self.field)
            fields += [row.evaluationEpisodes.map { "\($0)" } ?? ""]
            fields += [row.stateDigest, row.fitnessDigest, row.evaluationDigest ?? ""]
            fields += [Timestamp.text(row.finished)]
            return fields
        }
        return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ value: Double?) -> String {
        value.map { "\($0)" } ?? ""
    }
}
