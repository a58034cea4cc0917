// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import Foundation
package import RunStore

/// All that is worth showing of a run, as it was at one moment.
package struct RunReport: Sendable, Encodable {
    /// One setting.
    package struct Setting: Sendable, Hashable, Codable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: String
    }

    /// One generation.
    package struct Generation: Sendable, Hashable {
        /// What is stored of it.
        package var record: GenerationRecord
        /// Environment steps of the search up to its end, evaluations aside.
        package var totalSteps: Int
        /// The evaluation after it, where there was one.
        package var evaluation: EvaluationRecord?
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
                record: record, totalSteps: totalSteps,
                evaluation: evaluations[record.generation])
        }
        let next = (generations.last?.record.generation ?? 0) + 1
        rolloutsUnderWay = try reader.rolloutCount(purpose: .training, generation: next)
        trainingRollouts = try reader.rolloutCount(purpose: .training)
        evaluationRollouts = try reader.rolloutCount(purpose: .evaluation)
        workers = try reader.workers()
        events = try reader.events()
        losses = try reader.losses().filter(\.value.isFinite)
    }
}
