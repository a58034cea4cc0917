// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore

/// How the last episodes ended.
struct Tails: Encodable {
    struct Track: Encodable {
        /// The seed, as the program takes it.
        var trackSeed: String
        var episodes: Int
        var mean: Double?
        var worst: Double?
        var finished: Int
        var left: Int
    }

    struct Tail: Encodable {
        /// The first generation whose episodes count.
        var from: Int
        var episodes: Int
        var ends: [String: Int]
        /// The share of laps that were completed; null where there are none.
        var finishedShare: Double?
        var firstPercentile: Double?
        var tenthPercentile: Double?
        var median: Double?
        var hardest: [Track]

        init(_ tail: EpisodeTail, from: Int) {
            self.from = from
            episodes = tail.episodes
            ends = Dictionary(
                uniqueKeysWithValues: tail.ends.map { ($0.key.rawValue, $0.value) })
            let finished = Double(tail.ends[.lapCompleted] ?? 0)
            finishedShare = (finished / Double(tail.episodes)).finite
            firstPercentile = tail.firstPercentile.finite
            tenthPercentile = tail.tenthPercentile.finite
            median = tail.median.finite
            hardest = tail.hardest.map { track in
                Track(
                    trackSeed: "\(track.seed)", episodes: track.returns,
                    mean: track.mean.finite, worst: track.worst.finite,
                    finished: track.ends[.lapCompleted] ?? 0,
                    left: track.ends[.leftPlayfield] ?? 0)
            }
        }
    }

    var training: Tail
    var evaluation: Tail

    init(_ view: RunView, last count: Int, _ pulse: RunPulse) throws {
        let reader = try view.reader()
        let from = max(1, pulse.generation - count + 1)
        training = Tail(
            try reader.tail(purpose: .training, from: from, hardest: 12), from: from)
        // Evaluations are few, and on the same tracks.
        let first = max(1, pulse.evaluation - 10 * count + 1)
        evaluation = Tail(
            try reader.tail(purpose: .evaluation, from: first, hardest: 12), from: first)
    }
}

/// The losses of V and M.
struct LossList: Encodable {
    struct Loss: Encodable {
        var model: String
        var epoch: Int
        var split: String
        var term: String
        var value: Double?
    }

    var losses: [Loss]

    init(_ view: RunView) throws {
        losses = try view.reader().losses().map { record in
            Loss(
                model: record.model, epoch: record.epoch, split: record.split, term: record.term,
                value: record.value.finite)
        }
    }
}

/// What happened.
struct EventList: Encodable {
    struct Event: Encodable {
        var number: Int
        var time: String
        var kind: String
        var message: String
    }

    var events: [Event]

    init(_ view: RunView, after: Int, limit: Int) throws {
        events = try view.reader().events(after: after, atMost: limit).map { number, event in
            Event(
                number: number, time: Timestamp.text(event.time), kind: event.kind,
                message: event.message)
        }
    }
}
