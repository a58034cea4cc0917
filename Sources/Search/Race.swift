// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A race of a generation's candidates: all of them drive the first tracks, and further ones only
/// those of whom it is not plain yet whether they are among the better half.
///
/// After Heidrich-Meisner & Igel (Hoeffding and Bernstein races for selecting policies in
/// evolutionary direct policy search, 2009), on common tracks: a candidate is told from those at the
/// boundary by the differences of their returns, track by track, which know nothing of how hard the
/// tracks are. It decides by results alone: the same returns give the same race, whoever drove them and
/// in whatever order. What it saves is little where the candidates differ by less than their noise.
struct Race: Sendable {
    /// Tracks that every candidate drives; at least 2, or there is no race.
    let first: Int
    /// The most tracks that a candidate drives.
    let tracks: Int
    /// How many candidates are selected.
    let selected: Int

    /// How many standard errors a candidate must be from the boundary to be told from it: 95 % of a
    /// normal distribution lie below it.
    static let confidence = 1.645
    /// How many candidates on each side of the boundary make up its level: a single one's luck would
    /// decide on all others.
    static let neighbours = 4

    /// Whether there is a race at all.
    var isOn: Bool { first > 1 && first < tracks }

    /// What a race asks for.
    struct Plan: Equatable {
        /// Tracks of each candidate, from the first on.
        var tracks: [Int]
        /// Whether all of that is driven and no more is needed.
        var isDecided: Bool
    }

    /// What is to be driven, by the returns that there are.
    ///
    /// - Parameter returns: A row a candidate, its returns in the order of the tracks; NaN where one
    ///   was set aside. What a plan asked for is there, or is asked for again.
    /// - Returns: The episodes to have next, those that there are included.
    func plan(_ returns: [[Double]]) -> Plan {
        var plan = Plan(
            tracks: [Int](repeating: min(first, tracks), count: returns.count), isDecided: false)
        guard isOn else {
            plan.tracks = plan.tracks.map { _ in tracks }
            plan.isDecided = returns.allSatisfy { $0.count >= tracks }
            return plan
        }
        var racing = Array(returns.indices)
        var places = selected
        var driven = first
        while racing.allSatisfy({ returns[$0].count >= driven }) {
            let (undecided, better) = decide(racing, driven: driven, places: places, returns)
            if undecided.isEmpty || driven == tracks {
                plan.isDecided = true
                return plan
            }
            racing = undecided
            places -= better
            driven = min(tracks, 2 * driven)
            for candidate in racing { plan.tracks[candidate] = driven }
        }
        return plan
    }

    /// Who goes on, in the order of the candidates, and how many of the others are selected.
    private func decide(
        _ racing: [Int], driven: Int, places: Int, _ returns: [[Double]]
    ) -> (undecided: [Int], better: Int) {
        let rows = Dictionary(
            uniqueKeysWithValues: racing.map { ($0, Array(returns[$0].prefix(driven))) })
        // Who has not driven a track to its end is out.
        let means = rows.mapValues { Fitness.mean($0) }.filter(\.value.isFinite)
        let order = means.keys.sorted { (-(means[$0] ?? 0), $0) < (-(means[$1] ?? 0), $1) }
        guard places > 0, places < order.count else { return ([], min(places, order.count)) }
        let noise = Self.residualVariance(order.map { rows[$0] ?? [] })
        let near = min(Self.neighbours, places, order.count - places)
        let boundary = order[places - near..<places + near].map { rows[$0] ?? [] }
        let level = (0..<driven).map { track in Fitness.mean(boundary.map { $0[track] }) }
        var undecided: [Int] = []
        var better = 0
        for (place, candidate) in order.enumerated() {
            let differences = zip(rows[candidate] ?? [], level).map { $0 - $1 }
            if Self.isPlain(differences, noise: noise) {
                if place < places { better += 1 }
            } else {
                undecided.append(candidate)
            }
        }
        return (undecided.sorted(), better)
    }

    /// Whether paired differences say on which side of the boundary a candidate is.
    ///
    /// Their own variance is a guess where they are few: the larger one of it and of all candidates'
    /// residuals counts.
    private static func isPlain(_ differences: [Double], noise: Double) -> Bool {
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        let own = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        return abs(mean) > confidence * (max(own, noise) / count).squareRoot()
    }

    /// The variance of returns that neither candidate nor track explains.
    private static func residualVariance(_ rows: [[Double]]) -> Double {
        guard let tracks = rows.first?.count, rows.count > 1, tracks > 1 else { return 0 }
        let own = rows.map { Fitness.mean($0) }
        let all = Fitness.mean(own)
        var squares = 0.0
        for track in 0..<tracks {
            let effect = Fitness.mean(rows.map { $0[track] }) - all
            for (row, mean) in zip(rows, own) {
                let residual = row[track] - mean - effect
                squares += residual * residual
            }
        }
        return squares / Double((rows.count - 1) * (tracks - 1))
    }

    /// Rows of one length: returns that a race left out are filled in as a candidate's part and a
    /// track's part, which are fitted to all that there are by least squares.
    ///
    /// So that who drove more or harder tracks than another is compared by what both would have got
    /// on all of them. Rows that are complete, or have a NaN, stay as they are.
    ///
    /// - Parameter returns: A row a candidate, a return a track from the first on.
    /// - Returns: The rows in the same order.
    static func filled(_ returns: [[Double]]) -> [[Double]] {
        let usable = returns.filter { !$0.isEmpty && $0.allSatisfy(\.isFinite) }
        let tracks = usable.map(\.count).max() ?? 0
        guard usable.contains(where: { $0.count < tracks }) else { return returns }
        let drivers = (0..<tracks).map { track in usable.filter { $0.count > track }.count }
        var effects = [Double](repeating: 0, count: tracks)
        func level(_ row: [Double]) -> Double {
            zip(row, effects).reduce(0) { $0 + $1.0 - $1.1 } / Double(row.count)
        }
        // Each round solves for one part with the other held; it contracts, since all rows have the
        // first tracks in common.
        var (change, rounds) = (Double.infinity, 0)
        while change > 1e-9, rounds < 10_000 {
            (change, rounds) = (0, rounds + 1)
            var sums = [Double](repeating: 0, count: tracks)
            for row in usable {
                let own = level(row)
                for (track, value) in row.enumerated() { sums[track] += value - own }
            }
            for track in 0..<tracks where drivers[track] > 0 {
                let effect = sums[track] / Double(drivers[track])
                change = max(change, abs(effect - effects[track]))
                effects[track] = effect
            }
        }
        return returns.map { row in
            guard row.count < tracks, row.allSatisfy(\.isFinite), !row.isEmpty else { return row }
            let own = level(row)
            return row + effects[row.count...].map { own + $0 }
        }
    }
}
