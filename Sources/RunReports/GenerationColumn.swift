// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
package import RunStore
import TerminalOutput

/// One column of the table of generations, from which comma-separated values, JSON and the text
/// for people are made.
package struct GenerationColumn {
    /// The name for programs and what stands under it, unless the column is for people alone.
    let field: (name: String, value: (RunReport.Generation) -> (any Encodable)?)?
    /// The title for people and what stands under it, unless the column is for programs alone.
    package private(set) var shown: (title: String, text: (RunReport.Generation) -> String)?

    /// A column for programs and, with a title, for people; NaN, infinity and nil are no value.
    private init(
        _ name: String, title: String? = nil,
        _ value: @escaping (RunReport.Generation) -> (any Encodable)?
    ) {
        func present(_ row: RunReport.Generation) -> (any Encodable)? {
            let value = value(row)
            return (value as? Double)?.isFinite == false ? nil : value
        }
        field = (name, present)
        shown = title.map { ($0, { Self.text(present($0)) }) }
    }

    /// A column for people alone.
    private init(title: String, _ text: @escaping (RunReport.Generation) -> String) {
        field = nil
        shown = (title, text)
    }

    /// A column of values that are stored as returns.
    private init(
        _ name: String, title: String, _ form: ValueForm, isSpread: Bool = false,
        _ value: @escaping (RunReport.Generation) -> Double
    ) {
        self.init(name) { value($0) }
        shown = (
            title,
            {
                let value = value($0)
                guard value.isFinite else { return "-" }
                return isSpread ? form.spread(value) : form.text(value)
            }
        )
    }

    /// The columns from left to right.
    package static var all: [Self] { columns(.returns) }

    /// The columns from left to right, with values in a form for people.
    ///
    /// Which generations were dreamt, people are told where any was.
    package static func columns(_ form: ValueForm, hasDreams: Bool = false) -> [Self] {
        [
            Self("generation", title: "generation") { $0.record.generation }
        ]
            + (hasDreams
                ? [
                    Self(title: "of") { row in
                        row.record.isDream
                            ? "dreams at \(row.record.dreamTemperature)" : "drives"
                    }
                ] : []) + measures(form)
            + (hasDreams ? [Self(title: "dream steps") { "\($0.totalDreamSteps)" }] : [])
    }

    private static func measures(_ form: ValueForm) -> [Self] {
        [
            Self("candidates") { $0.record.candidates },
            Self("tracks") { $0.record.tracks },
            Self("best", title: "best", form) { $0.record.best },
            Self("mean", title: "mean", form) { $0.record.mean },
            Self("standard_deviation", title: "std", form, isSpread: true) {
                $0.record.standardDeviation
            },
            Self("worst") { $0.record.worst },
            Self("failed") { $0.record.failed },
            Self("sigma") { $0.record.sigma },
            Self("path_length") { $0.record.pathLength },
            Self("axis_ratio") { $0.record.axisRatio },
            Self("least_deviation") { $0.record.leastDeviation },
            Self("median_deviation") { $0.record.medianDeviation },
            Self("greatest_deviation") { $0.record.greatestDeviation },
            Self("rollouts") { $0.record.rollouts },
            Self("hard_tracks") { $0.record.hardTracks },
            Self("rank_correlation") { $0.record.rankCorrelation },
            Self(title: "sigma") { String(format: "%.4g", $0.record.sigma) },
            Self(title: "tracks") { "\($0.record.candidates) x \($0.record.tracks)" },
            Self("dream_temperature") { $0.record.dreamTemperature },
            Self("steps") { $0.record.steps },
            Self("total_dream_steps") { $0.totalDreamSteps },
            Self("total_steps", title: "steps") { $0.totalSteps },
            Self(title: "steps/s") { String(format: "%.0f", $0.stepsASecond) },
            Self("seconds") { $0.record.seconds },
            Self("elapsed") { $0.record.elapsed },
            Self("workers", title: "workers") { $0.record.workers },
            Self(title: "elapsed") { Format.clock($0.record.elapsed) },
            Self("evaluation_mean") { $0.evaluation?.mean },
            Self("evaluation_standard_deviation") { $0.evaluation?.standardDeviation },
            Self("evaluation_episodes") { $0.evaluation?.episodes },
            Self(title: "evaluation") { $0.evaluation.map { $0.mean.isNaN ? "" : $0.text } ?? "" },
            Self("state_digest", title: "state") { $0.record.stateDigest },
            Self("fitness_digest", title: "fitness") { $0.record.fitnessDigest },
            Self("evaluation_digest") { $0.evaluation?.digest },
            Self("finished") { $0.record.finished },
        ]
    }

    /// The columns of a generation that are numbers and have one.
    package static func numbers(of row: RunReport.Generation) -> [(name: String, value: Double)] {
        all.compactMap(\.field).compactMap { field in
            switch field.value(row) {
            case let value as Double: (field.name, value)
            case let value as Int: (field.name, Double(value))
            default: nil
            }
        }
    }

    /// For people: one decimal is finer than the noise of any mean return here.
    fileprivate static func text(_ value: (any Encodable)?) -> String {
        switch value {
        case let value as Double where !value.isNaN: Format.fixed(value, 1)
        case let digest as String: String(digest.prefix(12))
        case let value as Int: "\(value)"
        default: "-"
        }
    }
}

extension EvaluationRecord {
    /// The mean and the spread, for people.
    package var text: String {
        [mean, standardDeviation].map(GenerationColumn.text).joined(separator: " +- ")
    }
}

extension RunReport.Generation {
    fileprivate var stepsASecond: Double {
        record.seconds > 0 ? Double(record.steps) / record.seconds : 0
    }
}
