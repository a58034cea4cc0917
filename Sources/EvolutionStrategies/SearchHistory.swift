// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a search went through, thinned out evenly so that it stays small however long it lasts.
public struct SearchHistory: Sendable, Hashable {
    /// What a generation ended with.
    public struct Entry: Sendable, Hashable {
        /// The generation, from 1, over all runs.
        public var generation: Int
        /// The evaluations so far, of all runs together.
        public var evaluations: Int
        /// The least finite cost of the generation's candidates.
        public var leastCost: Double
        /// The median cost of its candidates; those that failed count as infinity.
        public var medianCost: Double
        /// The best cost so far, of all runs.
        public var bestCost: Double
        /// The step size.
        public var sigma: Double
        /// The longest axis of the distribution over the shortest, as of the last factorisation.
        public var axisRatio: Double
        /// The first variables of the mean.
        public var mean: [Double]
        /// Their standard deviations, step size included.
        public var deviations: [Double]
    }

    /// The most generations that are kept; at twice as many every second one is left out.
    public static let limit = 512

    /// Of so many variables mean and deviation are kept.
    public static let variables = 64

    private var kept: [Entry] = []
    private var latest: Entry?
    private var spacing = 1

    init() {}

    /// The generations kept, in their order; the last one is always among them.
    public var entries: [Entry] {
        guard let latest, latest != kept.last else { return kept }
        return kept + [latest]
    }

    mutating func record(_ search: RestartingSearch, generation: Int, costs: [Double]) {
        let strategy = search.strategy
        let sorted = costs.map { $0.isFinite ? $0 : .infinity }.sorted()
        let entry = Entry(
            generation: generation, evaluations: search.evaluations,
            leastCost: sorted.first ?? .infinity, medianCost: sorted[sorted.count / 2],
            bestCost: search.best?.cost ?? .infinity, sigma: strategy.sigma,
            axisRatio: strategy.conditionNumber.squareRoot(),
            mean: Array(strategy.mean.prefix(Self.variables)),
            deviations: Array(strategy.standardDeviations.prefix(Self.variables)))
        latest = entry
        guard (generation - 1) % spacing == 0 else { return }
        kept.append(entry)
        if kept.count >= 2 * Self.limit {
            spacing *= 2
            kept = kept.filter { ($0.generation - 1) % spacing == 0 }
        }
    }
}

extension SearchHistory {
    func encode(into writer: inout StateWriter) {
        writer.write(spacing)
        writer.write(latest != nil)
        let all = kept + (latest.map { [$0] } ?? [])
        writer.write(all.count)
        for entry in all {
            writer.write(entry.generation)
            writer.write(entry.evaluations)
            writer.write([
                entry.leastCost, entry.medianCost, entry.bestCost, entry.sigma, entry.axisRatio,
            ])
            writer.write(entry.mean)
            writer.write(entry.deviations)
        }
    }

    init(from reader: inout StateReader) throws(EvolutionStrategyError) {
        spacing = try reader.counter()
        let hasLatest = try reader.bool()
        let count = try reader.counter()
        guard spacing >= 1, count <= 2 * Self.limit + 1, !hasLatest || count > 0 else {
            throw .invalidState(reason: "its history is none")
        }
        for _ in 0..<count {
            let (generation, evaluations) = (try reader.counter(), try reader.counter())
            let numbers = try reader.doubles(count: 5)
            kept.append(
                Entry(
                    generation: generation, evaluations: evaluations, leastCost: numbers[0],
                    medianCost: numbers[1], bestCost: numbers[2], sigma: numbers[3],
                    axisRatio: numbers[4], mean: try reader.doubles(),
                    deviations: try reader.doubles()))
        }
        if hasLatest { latest = kept.removeLast() }
    }
}
