// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import TerminalOutput

struct OptimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Minimise a function that another program computes, by ask and tell in JSON.",
        discussion: """
            Writes {"ask":{"generation":g,"candidates":[[...],...]}}, reads {"tell":[cost,...]}, \
            one JSON object a line, until the search is over; then writes \
            {"stop":{"reasons":[...],"best":[...],"bestCost":...,"mean":[...],"evaluations":...}}. \
            Lower costs are better; null stands for a failed evaluation. Where all of a \
            generation's are null, other candidates are drawn. A line {"inject":[[...],...]} before \
            a tell hands in solutions for the next generation. A line that is none of these, or the \
            input's end, ends the search: the stop object is written all the same, the reason is \
            told, and the exit status is not 0.
            """)

    @Option(help: .init("The number of variables.", valueName: "variables"))
    var dimension: Int

    @Option(help: "The form of the distribution: full, separable or limited-memory.")
    var variant = EvolutionStrategy.Variant.full

    @Option(
        help: .init("The candidates a generation (default: 4 + 3 ln N).", valueName: "candidates"))
    var population: Int?

    @Option(help: "The seed of all random draws.")
    var seed: UInt64 = 1

    @Option(help: "The initial step size.")
    var sigma = 0.5

    @Option(
        name: .customLong("x0"),
        help: .init(
            "Where to start: one number for all variables, or a file of N numbers.",
            valueName: "v|FILE"))
    var start = "0"

    @Option(help: .init("The least value of every variable.", valueName: "value"))
    var lower: Double?

    @Option(help: .init("The greatest value of every variable.", valueName: "value"))
    var upper: Double?

    @Option(
        help: .init(
            "Stop after so many evaluations, of all runs together.", valueName: "evaluations"))
    var maxEvaluations: Int?

    @Option(help: .init("Stop a run after so many generations.", valueName: "generations"))
    var maxGenerations: Int?

    @Option(help: .init("Stop once a cost is as low as this.", valueName: "cost"))
    var targetCost: Double?

    @Option(help: "Start again after a stop: none, ipop or bipop.")
    var restarts = RestartingSearch.Schedule.none

    @Option(
        help: .init(
            "Start later runs between this value and --restart-upper (default: at x0).",
            valueName: "value"))
    var restartLower: Double?

    @Option(help: .init("See --restart-lower.", valueName: "value"))
    var restartUpper: Double?

    @Option(help: "How samples are made of a full covariance: automatic, eigensystem, cholesky.")
    var factorisation = EvolutionStrategy.Factorisation.automatic

    @Option(
        help: .init(
            "End after more generations in a row than this of which all evaluations failed.",
            valueName: "generations"))
    var maxFailedGenerations = 10

    func validate() throws {
        guard maxFailedGenerations >= 0 else {
            throw ValidationError("--max-failed-generations must not be negative")
        }
        guard dimension > 0 else { throw ValidationError("--dimension must be positive") }
        if let maxEvaluations, maxEvaluations < 1 {
            throw ValidationError("--max-evaluations \(maxEvaluations): at least 1")
        }
        if let maxGenerations, maxGenerations < 1 {
            throw ValidationError("--max-generations \(maxGenerations): at least 1")
        }
        if (restartLower == nil) != (restartUpper == nil) {
            throw ValidationError("--restart-lower and --restart-upper go together")
        }
    }

    /// What a number of a candidate takes as text, of about 20 bytes and twice that while it grows.
    private static let bytesPerNumber = 40.0

    func run() throws {
        // Before a mean of so many variables is made.
        let need = EvolutionStrategy.memoryNeed(
            variant: variant, dimension: dimension, population: population,
            factorisation: factorisation, bytesPerNumber: Self.bytesPerNumber)
        if !need.fits { throw InputError("\(need)") }
        var session = AskTellSession(
            try RestartingSearch(search()), maximumFailedGenerations: maxFailedGenerations)
        try session.converse(
            read: { readLine() },
            write: { try FileHandle.standardOutput.write(contentsOf: $0) },
            report: { FileHandle.standardError.write(Data("\($0)\n".utf8)) })
    }

    private func search() throws -> RestartingSearch.Configuration {
        func bounds(_ lower: Double, _ upper: Double) -> EvolutionStrategy.Bounds {
            EvolutionStrategy.Bounds(
                lower: [Double](repeating: lower, count: dimension),
                upper: [Double](repeating: upper, count: dimension))
        }
        var strategy = EvolutionStrategy.Configuration(
            initialMean: try initialMean(), initialSigma: sigma, variant: variant,
            population: population, seed: seed, factorisation: factorisation,
            stopping: StoppingCriteria(
                targetCost: targetCost, maximumEvaluations: maxEvaluations,
                maximumGenerations: maxGenerations))
        if lower != nil || upper != nil {
            strategy.bounds = bounds(lower ?? -.infinity, upper ?? .infinity)
        }
        var box: EvolutionStrategy.Bounds?
        if let restartLower, let restartUpper {
            box = bounds(restartLower, restartUpper)
        }
        return RestartingSearch.Configuration(
            strategy: strategy, schedule: restarts, startingBox: box)
    }

    private func initialMean() throws -> [Double] {
        if let value = Double(start) { return [Double](repeating: value, count: dimension) }
        let text: String
        do {
            text = try String(contentsOfFile: start, encoding: .utf8)
        } catch {
            throw ValidationError("--x0 \(start) is neither a number nor a file that can be read")
        }
        let separators = CharacterSet(charactersIn: ",[]").union(.whitespacesAndNewlines)
        let words = text.components(separatedBy: separators).filter { !$0.isEmpty }
        let numbers = words.compactMap(Double.init)
        guard numbers.count == words.count, numbers.count == dimension else {
            throw ValidationError(
                "--x0 \(start) does not hold \(dimension) numbers but \(numbers.count)")
        }
        return numbers
    }
}
