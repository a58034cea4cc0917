// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import Foundation

/// All that is worth showing of a run, as it was at one moment.
package struct RunReport: Sendable, Encodable {
    /// One setting.
    package struct Setting: Sendable, Hashable, Codable {
        /// The coordinator's option.
        package var name: String
        /// Its value.
        package var value: String
    }

    /// One generation, with the evaluation after it where there was one.
    package struct Generation: Sendable, Hashable, Encodable {
        /// Its number, from 1.
        package var generation: Int
        /// Candidates.
        package var candidates: Int
        /// Tracks a candidate.
        package var tracks: Int
        /// The best candidate's mean return.
        package var best: Double?
        /// The candidates' average.
        package var mean: Double?
        /// The candidates' standard deviation.
        package var standardDeviation: Double?
        /// The worst candidate's mean return.
        package var worst: Double?
        /// Candidates without a usable return.
        package var failed: Int
        /// The step size after it.
        package var sigma: Double
        /// Environment steps of the generation.
        package var steps: Int
        /// Environment steps of the search up to its end, evaluations aside.
        package var totalSteps: Int
        /// Wall time of the generation, in seconds.
        package var seconds: Double
        /// Wall time of the run up to its end in seconds, pauses aside.
        package var elapsed: Double
        /// Workers that drove for it.
        package var workers: Int
        /// The distribution's mean on the evaluation tracks.
        package var evaluationMean: Double?
        /// The spread over those tracks.
        package var evaluationStandardDeviation: Double?
        /// How many they are.
        package var evaluationEpisodes: Int?
        /// SHA-256 of the optimiser's state after it.
        package var stateDigest: String
        /// SHA-256 of the candidates' mean returns.
        package var fitnessDigest: String
        /// SHA-256 of the evaluation's parameters and returns.
        package var evaluationDigest: String?
        /// When it was complete.
        package var finished: Date
    }

    /// The run's directory.
    package var path: String
    /// The run's name in messages.
    package var identifier: String
    /// The program that began it.
    package var program: String
    /// When it began.
    package var created: Date
    /// What defines it.
    package var settings: [Setting]
    /// The complete generations.
    package var generations: [Generation]
    /// Results stored of the generation under way.
    package var rolloutsUnderWay: Int
    /// Results stored for the search.
    package var trainingRollouts: Int
    /// Results stored for evaluations.
    package var evaluationRollouts: Int
    /// Who has driven for it.
    package var workers: [WorkerRecord]
    /// What happened.
    package var events: [EventRecord]
    /// The models' losses; a value that is no number is left out.
    package var losses: [LossRecord]

    /// Reads a run.
    ///
    /// - Parameter directory: The run.
    /// - Throws: `RunStoreError`, for example where there is no run.
    package init(_ directory: RunDirectory) throws {
        let reader = try RunReader(directory)
        guard let identity = try reader.identity() else {
            throw RunStoreError.noRun(path: directory.path)
        }
        path = directory.path
        identifier = identity.identifier
        program = identity.program
        created = identity.created
        settings = try reader.settings().map { Setting(name: $0.name, value: $0.value) }
        let evaluations = Dictionary(
            uniqueKeysWithValues: try reader.evaluations().map { ($0.generation, $0) })
        var totalSteps = 0
        generations = try reader.generations().map { record in
            totalSteps += record.steps
            return Generation(
                record, totalSteps: totalSteps, evaluation: evaluations[record.generation])
        }
        let next = (generations.last?.generation ?? 0) + 1
        rolloutsUnderWay = try reader.rolloutCount(generation: next, purpose: .training)
        trainingRollouts = try reader.rolloutCount(purpose: .training)
        evaluationRollouts = try reader.rolloutCount(purpose: .evaluation)
        workers = try reader.workers()
        events = try reader.events()
        losses = try reader.losses().filter(\.value.isFinite)
    }

    /// The generation with the best evaluation, the earliest of equals.
    package var bestEvaluated: Generation? {
        generations.reduce(nil) { best, next in
            guard let mean = next.evaluationMean else { return best }
            if let known = best?.evaluationMean, known >= mean { return best }
            return next
        }
    }

    /// The report as JSON; numbers that are none are left out.
    ///
    /// - Returns: One object, UTF-8.
    /// - Throws: An `EncodingError`, which would be a fault of this program.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}

extension RunReport.Generation {
    fileprivate init(_ record: GenerationRecord, totalSteps: Int, evaluation: EvaluationRecord?) {
        self.init(
            generation: record.generation, candidates: record.candidates, tracks: record.tracks,
            best: record.best.stored, mean: record.mean.stored,
            standardDeviation: record.standardDeviation.stored, worst: record.worst.stored,
            failed: record.failed, sigma: record.sigma, steps: record.steps,
            totalSteps: totalSteps, seconds: record.seconds, elapsed: record.elapsed,
            workers: record.workers, evaluationMean: evaluation?.mean.stored,
            evaluationStandardDeviation: evaluation?.standardDeviation.stored,
            evaluationEpisodes: evaluation?.episodes, stateDigest: record.stateDigest,
            fitnessDigest: record.fitnessDigest, evaluationDigest: evaluation?.digest,
            finished: record.finished)
    }
}
