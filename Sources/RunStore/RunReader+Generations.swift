// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import Foundation
import GRDB

extension RunReader {
    /// The complete generations, first to last.
    package func generations() throws -> [GenerationRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM generations ORDER BY generation") }
            .map(generation)
    }

    /// The last complete generation, or nil before the first.
    package func lastGeneration() throws -> GenerationRecord? {
        try read {
            try Row.fetchOne(
                $0, sql: "SELECT * FROM generations ORDER BY generation DESC LIMIT 1")
        }.map(generation)
    }

    /// The candidates' mean returns of a generation, in their order; NaN for a failed one.
    package func meanReturns(generation: Int) throws -> [Double] {
        try read {
            try Row.fetchAll(
                $0,
                sql: "SELECT mean_return FROM candidates WHERE generation = ? ORDER BY candidate",
                arguments: [generation])
        }.map { $0["mean_return"] ?? .nan }
    }

    /// The results of a generation that have been stored, whether or not it is complete.
    package func rollouts(
        generation: Int, purpose: Purpose
    ) throws -> [EpisodeResult] {
        try read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT rollouts.*, workers.name AS worker_name,
                        workers.fingerprint AS worker_fingerprint
                    FROM rollouts JOIN workers ON workers.id = rollouts.worker
                    WHERE purpose = ? AND generation = ?
                    ORDER BY candidate, repetition
                    """,
                arguments: [purpose.rawValue, generation])
        }.map { row in
            guard let end = EpisodeEnd(rawValue: row["end"]) else {
                throw badRow("rollouts has the end '\(row["end"] as String)'")
            }
            let name = EpisodeName(
                purpose: purpose, generation: row["generation"], candidate: row["candidate"],
                repetition: row["repetition"])
            return EpisodeResult(
                episode: Episode(
                    name: name, trackSeed: UInt64(bitPattern: row["track_seed"] as Int64)),
                outcome: EpisodeOutcome(
                    episodeReturn: row["return"] ?? .nan, steps: row["steps"],
                    tilesVisited: row["tiles_visited"], trackTiles: row["track_tiles"], end: end),
                driver: EpisodeDriver(
                    name: row["worker_name"], fingerprint: row["worker_fingerprint"]),
                seconds: row["seconds"])
        }
    }

    /// How many results have been stored, of all generations.
    package func rolloutCount(purpose: Purpose) throws -> Int {
        try read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM rollouts WHERE purpose = ?",
                arguments: [purpose.rawValue])
        } ?? 0
    }

    /// How many results of a generation have been stored.
    package func rolloutCount(generation: Int, purpose: Purpose) throws -> Int {
        try read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM rollouts WHERE purpose = ? AND generation = ?",
                arguments: [purpose.rawValue, generation])
        } ?? 0
    }

    /// The evaluations of the distribution's mean, first to last.
    package func evaluations() throws -> [EvaluationRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM evaluations ORDER BY generation") }
            .map(evaluation)
    }

    /// The evaluation after a generation, if there was one.
    package func evaluation(generation: Int) throws -> EvaluationRecord? {
        try read {
            try Row.fetchOne(
                $0, sql: "SELECT * FROM evaluations WHERE generation = ?", arguments: [generation])
        }.map(evaluation)
    }

    private func evaluation(_ row: Row) throws -> EvaluationRecord {
        guard let parameters = FloatBytes.values(row["parameters"]) else {
            throw badRow("evaluations has parameters of an odd length")
        }
        return EvaluationRecord(
            generation: row["generation"], episodes: row["episodes"],
            mean: row["mean"] ?? .nan, standardDeviation: row["standard_deviation"] ?? .nan,
            steps: row["steps"], seconds: row["seconds"], parameters: parameters,
            digest: row["digest"], finished: try date(row["finished"], "evaluations"))
    }

    private func generation(_ row: Row) throws -> GenerationRecord {
        GenerationRecord(
            generation: row["generation"], candidates: row["candidates"], tracks: row["tracks"],
            best: row["best"] ?? .nan, mean: row["mean"] ?? .nan,
            standardDeviation: row["standard_deviation"] ?? .nan, worst: row["worst"] ?? .nan,
            failed: row["failed"], sigma: row["sigma"], steps: row["steps"],
            seconds: row["seconds"], elapsed: row["elapsed"], workers: row["workers"],
            stateDigest: row["state_digest"], fitnessDigest: row["fitness_digest"],
            finished: try date(row["finished"], "generations"))
    }
}
