// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import WorldModel

/// What M's rewards and ends are worth: what it expects of windows of recorded episodes, beside what
/// was recorded.
struct DreamWorth {
    /// The steps of a window.
    static let steps = 50
    /// The most windows that are looked at, spread over all that there are.
    static let mostWindows = 512
    /// The windows that M is shown at once.
    private static let batch = 64
    /// Where the ranges of probabilities begin for which ends are counted.
    static let bounds = [0, 0.01, 0.1, 0.5]

    /// A range of probabilities that M gave an end.
    struct EndRange: Hashable {
        /// From this one to the next range's.
        var bound: Double
        /// Steps with such a probability.
        var steps = 0
        /// The sum of the probabilities: the ends that M expected.
        var expected = 0.0
        /// Steps that were an episode's last.
        var ends = 0
    }

    /// What was found.
    struct Report: Hashable {
        var windows: Int
        /// The correlation of the summed rewards with the real ones where M sees each z.
        var seen: Double
        /// The same where M draws each z after the window's first, under the recorded actions.
        var dreamt: Double
        /// The mean of the summed rewards in the recordings.
        var realMean: Double
        /// The mean of those that M expected in dreams.
        var dreamtMean: Double
        var ends: [EndRange]

        /// One line a fact, for people.
        var lines: [String] {
            func text(_ value: Double) -> String {
                value.isFinite ? "\((value * 1000).rounded() / 1000)" : "none"
            }
            let rewards =
                "rewards over \(DreamWorth.steps) steps, held out: correlation with what M expects"
                + " \(text(seen)) where it sees, \(text(dreamt)) where it dreams (mean"
                + " \(text(realMean)), in dreams \(text(dreamtMean)); \(windows) windows)"
            return [rewards]
                + ends.filter { $0.steps > 0 }.map { range in
                    "ends, held out: where M gave a probability from \(range.bound), \(range.ends) of"
                        + " \(range.steps) steps ended, \(text(range.expected)) were expected"
                }
        }
    }

    let store: LatentStore
    let recurrence: RecurrentCell
    let head: DreamHead

    /// Looks at M with some latents.
    ///
    /// - Throws: `FrozenModelsError` if M's sizes are beyond their limits.
    init(_ store: LatentStore, _ memory: MDRNNParameters) throws {
        self.store = store
        recurrence = try RecurrentCell(memory)
        head = try DreamHead(memory)
    }

    /// A window: the first row of its recording, and the step at which it begins.
    private struct Window {
        var row: Int
        var start: Int
    }

    /// Measures on some of the recordings; nil where none of them has a window's steps.
    func report(of paths: Set<String>, streams: SeedStreams) -> Report? {
        let all = store.index.recordings.filter { paths.contains($0.path) }.flatMap { recording in
            // Aligned to the recording's end, so that ends are seen.
            stride(from: recording.length - Self.steps, through: 0, by: -Self.steps).map {
                Window(row: recording.start, start: $0)
            }
        }
        guard !all.isEmpty else { return nil }
        let count = min(all.count, Self.mostWindows)
        let windows = (0..<count).map { all[$0 * all.count / count] }
        var sums: [(real: Double, seen: Double, dreamt: Double)] = []
        var ends = Self.bounds.map { EndRange(bound: $0) }
        for first in stride(from: 0, to: count, by: Self.batch) {
            sums += measure(
                Array(windows[first..<min(first + Self.batch, count)]), first, streams, &ends)
        }
        let real = sums.map(\.real)
        return Report(
            windows: count, seen: Self.correlation(real, sums.map(\.seen)),
            dreamt: Self.correlation(real, sums.map(\.dreamt)), realMean: Self.mean(real),
            dreamtMean: Self.mean(sums.map(\.dreamt)), ends: ends)
    }

    private func measure(
        _ windows: [Window], _ first: Int, _ streams: SeedStreams, _ ends: inout [EndRange]
    ) -> [(real: Double, seen: Double, dreamt: Double)] {
        let indices = Array(windows.indices)
        let states = RecurrentCell.States(count: windows.count, sizes: recurrence.sizes)
        let memory = DreamHead.Memory(for: head, count: windows.count)
        for index in indices { states.reset(index) }
        for step in 0..<(windows.map(\.start).max() ?? 0) {
            let active = indices.filter { step < windows[$0].start }
            for index in active { place(windows[index].row + step, index, states) }
            recurrence.step(active, states)
        }
        let begun = indices.map { (states.hiddenValues($0), states.cellValues($0)) }
        var sums = windows.map { _ in (real: 0.0, seen: 0.0, dreamt: 0.0) }
        // What M sees, then what it dreams.
        for dreams in [false, true] {
            for index in indices {
                states.setMemory(index, hidden: begun[index].0, cell: begun[index].1)
                memory.begin(
                    index, seed: streams.seed("dream-worth", UInt64(first + index)), temperature: 1)
            }
            for step in 0..<Self.steps {
                for (index, window) in windows.enumerated() {
                    place(
                        window.row + window.start + step, index, states,
                        actionsAlone: dreams && step > 0)
                }
                recurrence.step(indices, states)
                indices.withUnsafeBufferPointer { head.step($0, states, memory) }
                for (index, window) in windows.enumerated() {
                    let expected = Double(memory.reward(index))
                    guard !dreams else {
                        sums[index].dreamt += expected
                        continue
                    }
                    let (reward, isEnd) = outcome(window.row + window.start + step)
                    sums[index].real += reward
                    sums[index].seen += expected
                    count(memory.endProbability(index), isEnd, &ends)
                }
            }
        }
        return sums
    }

    private func count(_ probability: Double, _ isEnd: Bool, _ ends: inout [EndRange]) {
        guard let place = Self.bounds.lastIndex(where: { $0 <= probability }) else { return }
        ends[place].steps += 1
        ends[place].expected += probability
        ends[place].ends += isEnd ? 1 : 0
    }

    /// What was seen and done in a row, or what was done alone, becomes what M is shown.
    private func place(
        _ row: Int, _ index: Int, _ states: RecurrentCell.States, actionsAlone: Bool = false
    ) {
        store.withRow(row) { numbers in
            let latent = store.index.latent
            if !actionsAlone { states.latent(index).update(from: numbers, count: latent) }
            states.action(index).update(from: numbers + 2 * latent, count: ModelSizes.actions)
        }
    }

    private func outcome(_ row: Int) -> (reward: Double, isEnd: Bool) {
        store.withRow(row) { numbers in
            let tail = numbers + 2 * store.index.latent + store.index.actions
            return (Double(tail[0]), tail[1] > 0.5)
        }
    }

    /// Pearson's; NaN where one of the two does not vary.
    static func correlation(_ first: [Double], _ second: [Double]) -> Double {
        let (one, other) = (mean(first), mean(second))
        var (product, squares, otherSquares) = (0.0, 0.0, 0.0)
        for (left, right) in zip(first, second) {
            product += (left - one) * (right - other)
            squares += (left - one) * (left - one)
            otherSquares += (right - other) * (right - other)
        }
        return product / (squares * otherSquares).squareRoot()
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
