// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore

/// What is asked of one run.
struct RunResource {
    private let view: RunView

    init(_ view: RunView) {
        self.view = view
    }

    /// Answers a path below the run's own; nil where there is nothing.
    ///
    /// Where what is known is today's version nothing is read.
    func answer(_ path: [String], _ query: Query, knowing known: String?) throws -> Answer? {
        if path.isEmpty { return try .json(RunDetail(view)) }
        if ["pictures", "films"].contains(path[0]) {
            return try RunMedia(view).answer(path, query)
        }
        switch (path[0], path.count) {
        case ("generations", 1):
            let after = try query.number("after", usually: 0)
            return try kept(known, \.generation, \.evaluation, mark: "g\(after)") { _ in
                try GenerationList(view, after: after)
            }
        case ("generations", 2):
            guard let generation = Int(path[1]), generation > 0 else { return nil }
            let purpose = Purpose(rawValue: query["purpose"] ?? "training")
            guard let purpose, purpose != .recording else {
                throw QueryError(description: "purpose is training or evaluation")
            }
            return try .json(
                GenerationDetail(view, generation: generation, purpose: purpose))
        case ("evaluations", 1):
            let after = try query.number("after", usually: 0)
            return try kept(known, \.evaluation, \.evaluation, mark: "e\(after)") { _ in
                try EvaluationList(view, after: after)
            }
        case ("evaluations", 2):
            guard let generation = Int(path[1]),
                let record = try view.reader().evaluation(generation: generation)
            else { return nil }
            return try .json(EvaluationDetail(record, settings: view.reader().settings()))
        case ("tail", 1):
            let count = try query.number("generations", usually: 10)
            return try kept(known, \.generation, \.evaluation, mark: "t\(count)") { pulse in
                try Tails(view, last: min(count, 200), pulse)
            }
        case ("losses", 1):
            return try kept(known, \.losses, \.losses, mark: "l") { _ in try LossList(view) }
        case ("events", 1):
            let after = try query.number("after", usually: 0)
            let limit = min(try query.number("limit", usually: 1000), 10_000)
            return try kept(known, \.event, \.event, mark: "v\(after)-\(limit)") { _ in
                try EventList(view, after: after, limit: limit)
            }
        case ("cluster", 1): return try .json(Cluster(view))
        default: return nil
        }
    }

    /// Answers by a version that two numbers of the pulse make.
    private func kept<Value: Encodable>(
        _ known: String?, _ one: KeyPath<RunPulse, Int>, _ other: KeyPath<RunPulse, Int>,
        mark: String, _ value: (RunPulse) throws -> Value
    ) throws -> Answer {
        let reader = try view.reader()
        let pulse = try reader.pulse()
        // A run that took another's place has other numbers by chance alone.
        let run = try reader.identity()?.identifier.prefix(16) ?? "none"
        let version = "\(run)-\(mark)-\(pulse[keyPath: one])-\(pulse[keyPath: other])"
        if known == "\"\(version)\"" { return Answer(version: version) }
        return try .json(value(pulse), version: version)
    }
}
