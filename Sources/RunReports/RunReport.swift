// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import Foundation
package import RunStore

/// All that is worth showing of a run, as it was at one moment.
package struct RunReport: Sendable, Encodable {
    package struct Setting: Sendable, Hashable, Codable {
        package var name: String
        package var value: String
    }

    package struct Generation: Sendable, Hashable {
        package var record: GenerationRecord
        /// Environment steps of the search up to its end, evaluations aside.
        package var totalSteps: Int
        /// Steps of M's dreams up to its end.
        package var totalDreamSteps = 0
        /// The evaluation after it, where there was one.
        package var evaluation: EvaluationRecord?
    }

    /// Whether M dreamt any of its generations.
    package var hasDreams: Bool { generations.contains { $0.record.isDream } }

    package var path: String
    package var identifier: String
    package var program: String
    package var created: Date
    package var settings: [Setting]
    package var generations: [Generation]
    /// Results stored of the generation under way.
    package var rolloutsUnderWay: Int
    /// Results stored for the search.
    package var trainingRollouts: Int
    /// Results stored for evaluations.
    package var evaluationRollouts: Int
    /// Those of the search that another party confirmed.
    package var trainingRolloutsConfirmed: Int
    /// Those for evaluations that another party confirmed.
    package var evaluationRolloutsConfirmed: Int
    package var workers: [WorkerRecord]
    package var quarantines: [QuarantineRecord]
    package var events: [EventRecord]
    /// The models' losses; a value that is no number is left out.
    package var losses: [LossRecord]

    /// Reads a run; throws `RunStoreError.noRun` or `.notBegun` where there is none.
    package init(_ directory: RunDirectory) throws {
        let reader = try RunReader(directory)
        let identity = try reader.requireIdentity(of: directory)
        path = directory.path
        identifier = identity.identifier
        program = identity.program
        created = identity.created
        settings = try reader.settings().map { Setting(name: $0.name, value: $0.value) }
        generations = try Self.generations(of: reader)
        let next = (generations.last?.record.generation ?? 0) + 1
        rolloutsUnderWay = try reader.rolloutCount(purpose: .training, generation: next)
        trainingRollouts = try reader.rolloutCount(purpose: .training)
        evaluationRollouts = try reader.rolloutCount(purpose: .evaluation)
        trainingRolloutsConfirmed = try reader.confirmedCount(purpose: .training)
        evaluationRolloutsConfirmed = try reader.confirmedCount(purpose: .evaluation)
        workers = try reader.workers()
        quarantines = try reader.quarantines()
        events = try reader.events()
        losses = try reader.losses().filter(\.value.isFinite)
    }

    /// The complete generations, each with the evaluation after it.
    package static func generations(of reader: RunReader) throws -> [Generation] {
        let evaluations = Dictionary(
            try reader.evaluations().map { ($0.generation, $0) }, uniquingKeysWith: { $1 })
        var (totalSteps, totalDreamSteps) = (0, 0)
        return try reader.generations().map { record in
            totalSteps += record.environmentSteps
            totalDreamSteps += record.dreamSteps
            return Generation(
                record: record, totalSteps: totalSteps, totalDreamSteps: totalDreamSteps,
                evaluation: evaluations[record.generation])
        }
    }
}
