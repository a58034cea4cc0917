// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies

/// The thresholds at which a run is over, by pycma's names; those not given are pycma's.
struct ToleranceOptions: ParsableArguments {
    @Option(
        help: .init(
            "A generation's costs, and the recent best ones, differ by less (default: 1e-11).",
            valueName: "cost"))
    var tolfun: Double?

    @Option(
        help: .init(
            "The best costs of the recent generations differ by less (default: 1e-12).",
            valueName: "cost"))
    var tolfunhist: Double?

    @Option(
        help: .init(
            "A generation's costs differ by less than this part of the progress so far (default: 0).",
            valueName: "share"))
    var tolfunrel: Double?

    @Option(
        help: .init(
            "All standard deviations are smaller, absolutely (default: 1e-11).",
            valueName: "deviation"))
    var tolx: Double?

    @Option(
        help: .init(
            "A standard deviation has grown by more than this (default: 1000).",
            valueName: "factor"))
    var tolfacupx: Double?

    @Option(
        help: .init(
            "The step size has grown by more than the longest axis times this (default: 1e20).",
            valueName: "factor"))
    var tolupsigma: Double?

    @Option(
        help: .init(
            """
            Best and median cost have not improved between the halves of so many generations (default: \
            100 + 100 N^1.5 / population); 0: never.
            """, valueName: "generations"))
    var tolstagnation: Int?

    @Option(
        help: .init(
            """
            The mean has not moved by as much for 20 generations and a tenth of all (default: 1e-9); \
            negative: never.
            """, valueName: "distance"))
    var tolxstagnation: Double?

    @Option(
        help: .init(
            """
            Most of a generation's costs were equal for more generations than this (default: 1; more \
            with whole numbers).
            """, valueName: "generations"))
    var tolflatfitness: Int?

    @Option(
        help: .init(
            "The covariance's condition number is greater (default: 1e14).", valueName: "number"))
    var tolconditioncov: Double?

    func validate() throws {
        let numbers = [
            ("tolfun", tolfun), ("tolfunhist", tolfunhist), ("tolfunrel", tolfunrel),
            ("tolx", tolx), ("tolfacupx", tolfacupx), ("tolupsigma", tolupsigma),
            ("tolstagnation", tolstagnation.map(Double.init)),
            ("tolflatfitness", tolflatfitness.map(Double.init)),
            ("tolconditioncov", tolconditioncov),
        ]
        for (name, value) in numbers {
            if let value, !(value >= 0) {
                throw ValidationError("--\(name) \(value): a number that is not negative")
            }
        }
        if let tolxstagnation, tolxstagnation.isNaN {
            throw ValidationError("--tolxstagnation \(tolxstagnation): a number")
        }
    }

    /// Sets the thresholds that were given.
    func apply(to criteria: inout StoppingCriteria) {
        func set<Value>(_ path: WritableKeyPath<StoppingCriteria, Value>, _ value: Value?) {
            if let value { criteria[keyPath: path] = value }
        }
        set(\.costTolerance, tolfun)
        set(\.costHistoryTolerance, tolfunhist)
        set(\.relativeCostTolerance, tolfunrel)
        set(\.deviationTolerance, tolx)
        set(\.deviationGrowth, tolfacupx)
        set(\.creepGrowth, tolupsigma)
        set(\.meanStagnationDistance, tolxstagnation)
        set(\.flatGenerations, tolflatfitness)
        set(\.conditionNumber, tolconditioncov)
        if let tolstagnation { criteria.stagnationGenerations = tolstagnation }
    }
}
