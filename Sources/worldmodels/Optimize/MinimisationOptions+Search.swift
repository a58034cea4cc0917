// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import TerminalOutput

extension MinimisationOptions {
    /// The options by the names that the library's settings have; others are spelled alike.
    private static let options = [
        "initialMean": "--x0", "initialSigma": "--sigma", "initialDeviations": "--deviations",
        "bounds": "--lower or --upper", "integerVariables": "--integers",
        "minimumDeviations": "--min-deviations", "learningRates": "--learning-rates",
        "noise": "--noise-handling", "populationGrowth": "--population-growth",
        "maximumRestarts": "--max-restarts", "startingBox": "--restart-lower or --restart-upper",
    ]

    /// The search at its beginning, with the solutions that are to be among its first candidates.
    ///
    /// - Parameter configuration: What `configuration()` gave.
    /// - Returns: The search.
    /// - Throws: `ValidationError` with the option whose value cannot be, `InputError` with the line of
    ///   --inject that holds no solution; `EvolutionStrategyError`.
    func search(_ configuration: RestartingSearch.Configuration) throws -> RestartingSearch {
        var search: RestartingSearch
        do {
            search = try RestartingSearch(configuration)
        } catch {
            guard case .invalidSetting(let name, let reason) = error else { throw error }
            throw ValidationError("\(Self.options[name] ?? "--\(name)"): \(reason)")
        }
        for injection in try injections() {
            do {
                try search.inject(injection.solution)
            } catch {
                guard case .invalidCandidate(_, let reason) = error else { throw error }
                throw InputError("--inject \(inject ?? ""): line \(injection.line): \(reason)")
            }
        }
        return search
    }

    /// The solutions to be among the first candidates, with the lines that they stand in, from 1.
    private func injections() throws -> [(line: Int, solution: [Double])] {
        guard let inject else { return [] }
        guard let text = try? String(contentsOfFile: inject, encoding: .utf8) else {
            throw InputError("--inject \(inject) cannot be read")
        }
        var solutions: [(line: Int, solution: [Double])] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let numbers = VariableNumbers.numbers(in: line), numbers.count == dimension
            else {
                throw InputError(
                    "--inject \(inject): line \(index + 1) does not hold \(dimension) numbers")
            }
            solutions.append((index + 1, numbers))
        }
        return solutions
    }
}
