// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Tensors

extension EvolutionStrategy {
    /// Puts a solution from elsewhere, within the bounds, among the next generation's candidates.
    ///
    /// It takes the place of a sampled one. A solution further from the mean than a sampled one
    /// would be is moved towards it to a sampled one's length, so that it cannot wreck the
    /// distribution; it never takes part with a negative weight (Hansen, Injecting External
    /// Solutions Into CMA-ES, 2011). At most half of a generation is injected; the others wait.
    ///
    /// - Throws: `EvolutionStrategyError.invalidCandidate`.
    public mutating func inject(_ solution: [Double]) throws(EvolutionStrategyError) {
        try validate(solution, index: waitingInjections.count)
        waitingInjections.append(solution)
    }

    private func validate(_ solution: [Double], index: Int) throws(EvolutionStrategyError) {
        guard solution.count == centre.count else {
            throw .invalidCandidate(
                index: index, reason: "it has \(solution.count) variables, not \(centre.count)")
        }
        if let variable = solution.firstIndex(where: { !$0.isFinite }) {
            throw .invalidCandidate(
                index: index, reason: "variable \(variable) is \(solution[variable])")
        }
        guard let bounds = configuration.bounds else { return }
        for (variable, value) in solution.enumerated()
        where value < bounds.lower[variable] || value > bounds.upper[variable] {
            throw .invalidCandidate(
                index: index,
                reason: "variable \(variable) is \(value), outside of its bounds "
                    + "\(bounds.lower[variable])...\(bounds.upper[variable])")
        }
    }

    mutating func injectWaiting(into population: inout Population) {
        let count = min(waitingInjections.count, population.count / 2)
        let n = centre.count
        for (index, solution) in waitingInjections.prefix(count).enumerated() {
            var step = self.step(to: solution)
            var length = squaredLength(step)
            // The normals that this candidate was sampled from give the length to shrink to.
            let sampledLength = population.squaredLengths[index]
            if length > Double(n) {
                let factor = (sampledLength / length).squareRoot()
                for row in 0..<n { step[row] *= factor }
                length = sampledLength
            }
            population.steps.withMutableElements { elements in
                for row in 0..<n { elements[index * n + row] = step[row] }
            }
            population.squaredLengths[index] = length
            population.injected[index] = true
        }
        waitingInjections.removeFirst(count)
    }

    /// The step that leads from the mean to a point.
    private func step(to point: [Double]) -> [Double] {
        let target = box?.unfolded(point) ?? point
        let scales = distribution.scales
        return target.indices.map { (target[$0] - centre[$0]) / (sigma * scales[$0]) }
    }

    private func squaredLength(_ step: [Double]) -> Double {
        distribution.whitened(step).reduce(0) { $0 + $1 * $1 }
    }

    /// Tells `populationSize` candidates of any origin, to compare with another implementation.
    package mutating func tell(
        candidates: [[Double]], costs: [Double]
    ) throws(EvolutionStrategyError) {
        for (index, candidate) in candidates.enumerated() {
            try validate(candidate, index: index)
        }
        guard candidates.count == populationSize else {
            throw .wrongCount(expected: populationSize, found: candidates.count)
        }
        let population = try DoubleBLASThreads.one {
            () throws(EvolutionStrategyError) -> Population in
            try distribution.prepare(generation: generation)
            let n = centre.count
            var steps = DoubleMatrix(rows: n, columns: candidates.count)
            var lengths: [Double] = []
            for (index, candidate) in candidates.enumerated() {
                let step = self.step(to: candidate)
                lengths.append(squaredLength(step))
                steps.withMutableElements { elements in
                    for row in 0..<n { elements[index * n + row] = step[row] }
                }
            }
            return Population(
                steps: steps, squaredLengths: lengths,
                injected: [Bool](repeating: false, count: candidates.count))
        }
        try learn(from: population, costs: costs)
    }
}
