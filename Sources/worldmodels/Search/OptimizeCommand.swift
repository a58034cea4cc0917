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
            Lower costs are better; null stands for a failed evaluation. A line \
            {"inject":[[...],...]} before a tell hands in solutions for the next generation.
            """)

    @Option(help: "The number of variables.")
    var dimension: Int

    @Option(help: "The form of the distribution: full, separable or limited-memory.")
    var variant = EvolutionStrategy.Variant.full

    @Option(help: "The candidates a generation (default: 4 + 3 ln N).")
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

    @Option(help: "The least value of every variable.")
    var lower: Double?

    @Option(help: "The greatest value of every variable.")
    var upper: Double?

    @Option(help: "Stop after so many evaluations, of all runs together.")
    var maxEvaluations: Int?

    @Option(help: "Stop a run after so many generations.")
    var maxGenerations: Int?

    @Option(help: "Stop once a cost is as low as this.")
    var targetCost: Double?

    @Option(help: "Start again after a stop: none, ipop or bipop.")
    var restarts = RestartingSearch.Schedule.none

    @Option(help: "Start later runs between this value and --restart-upper (default: at x0).")
    var restartLower: Double?

    @Option(help: "See --restart-lower.")
    var restartUpper: Double?

    @Option(help: "How samples are made of a full covariance: automatic, eigensystem, cholesky.")
    var factorisation = EvolutionStrategy.Factorisation.automatic

    func validate() throws {
        guard dimension > 0 else { throw ValidationError("--dimension must be positive") }
        if (restartLower == nil) != (restartUpper == nil) {
            throw ValidationError("--restart-lower and --restart-upper go together")
        }
    }

    func run() throws {
        var session = AskTellSession(try RestartingSearch(search()))
        while true {
            let isLast = session.isOver
            try FileHandle.standardOutput.write(contentsOf: try session.nextLine())
            if isLast { return }
            var told = false
            while !told {
                guard let line = readLine() else {
                    throw InputError(
                        "standard input ended before the search did: the objective has to tell each"
                            + " generation")
                }
                told = try session.receive(line)
            }
        }
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
