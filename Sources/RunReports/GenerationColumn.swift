// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
package import RunStore
import TerminalOutput

/// One column of the table of generations, from which comma-separated values, JSON and the text
/// for people are made.
package struct GenerationColumn {
    /// What stands in a column; nil and NaN are no value.
    enum Value {
        case integer(Int?)
        case number(Double?)
        case digest(String?)
        case time(Date)
    }

    /// The name for programs and what stands under it, unless the column is for people alone.
    let field: (name: String, value: (RunReport.Generation) -> Value)?
    /// The title for people and what stands under it, unless the column is for programs alone.
    package let shown: (title: String, text: (RunReport.Generation) -> String)?

    /// A column for programs and, with a title, for people.
    private init(
        _ name: String, title: String? = nil, _ value: @escaping (RunReport.Generation) -> Value
    ) {
        field = (name, value)
        shown = title.map { ($0, { value($0).text }) }
    }

    /// A column for people alone.
    private init(title: String, _ text: @escaping (RunReport.Generation) -> String) {
        field = nil
        shown = (title, text)
    }

    /// The columns from left to right.
    package static var all: [Self] {
        [
            Self("generation", title: "generation") { .integer($0.record.generation) },
            Self("candidates") { .integer($0.record.candidates) },
            Self("tracks") { .integer($0.record.tracks) },
            Self("best", title: "best") { .number($0.record.best) },
            Self("mean", title: "mean") { .number($0.record.mean) },
            Self("standard_deviation", title: "std") { .number($0.record.standardDeviation) },
            Self("worst") { .number($0.record.worst) },
            Self("failed") { .integer($0.record.failed) },
            Self("sigma") { .number($0.record.sigma) },
            Self(title: "sigma") { String(format: "%.4g", $0.record.sigma) },
            Self(title: "tracks") { "\($0.record.candidates) x \($0.record.tracks)" },
            Self("steps") { .integer($0.record.steps) },
            Self("total_steps", title: "steps") { .integer($0.totalSteps) },
            Self(title: "steps/s") { "\(Int($0.stepsASecond.rounded()))" },
            Self("seconds") { .number($0.record.seconds) },
            Self("elapsed") { .number($0.record.elapsed) },
            Self("workers", title: "workers") { .integer($0.record.workers) },
            Self(title: "elapsed") { Format.clock($0.record.elapsed) },
            Self("evaluation_mean") { .number($0.evaluation?.mean) },
            Self("evaluation_standard_deviation") { .number($0.evaluation?.standardDeviation) },
            Self("evaluation_episodes") { .integer($0.evaluation?.episodes) },
            Self(title: "evaluation") { $0.evaluation.map { $0.mean.isNaN ? "" : $0.text } ?? "" },
            Self("state_digest", title: "state") { .digest($0.record.stateDigest) },
            Self("fitness_digest", title: "fitness") { .digest($0.record.fitnessDigest) },
            Self("evaluation_digest") { .digest($0.evaluation?.digest) },
            Self("finished") { .time($0.record.finished) },
        ]
    }
}

extension GenerationColumn.Value {
    /// For people: one decimal is finer than the noise of any mean return here.
    var text: String {
        switch self {
        case .integer(let value?): "\(value)"
        case .number(let value?) where !value.isNaN: Format.fixed(value, 1)
        case .digest(let value?): "\(value.prefix(12))"
        case .time(let value): value.formatted(.iso8601)
        default: "-"
        }
    }
}

extension EvaluationRecord {
    /// The mean and the spread, for people.
    package var text: String {
        [mean, standardDeviation].map { GenerationColumn.Value.number($0).text }
            .joined(separator: " +- ")
    }
}

extension RunReport.Generation {
    fileprivate var stepsASecond: Double {
        record.seconds > 0 ? Double(record.steps) / record.seconds : 0
    }
}
