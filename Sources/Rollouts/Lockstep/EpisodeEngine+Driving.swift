// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

extension EpisodeEngine {
    /// Drives a batch's episodes with an idle engine, as many at once as there are slots.
    ///
    /// `next` gives the index of the next one to begin, nil when none is left; a finished episode's
    /// ticket is its index.
    ///
    /// - Throws: What the engine or `onFinished` throws.
    package func drive(
        _ batch: EpisodeBatch, next: () -> Int?, onFinished: (FinishedEpisode) throws -> Void
    ) throws {
        var underWay = 0
        var isExhausted = false
        while true {
            while !isExhausted, freeSlots > 0 {
                guard let index = next() else {
                    isExhausted = true
                    break
                }
                let episode = batch.episodes[index]
                try submit(
                    episode, parameters: batch.parameters(of: episode), ticket: UInt64(index))
                underWay += 1
            }
            if underWay == 0 { return }
            try step()
            for finished in takeFinished() {
                underWay -= 1
                try onFinished(finished)
            }
        }
    }

    /// Drives all of the episodes with an idle engine, and gives them back in the batch's order.
    ///
    /// - Throws: What the engine throws.
    package func run(_ batch: EpisodeBatch) throws -> [FinishedEpisode] {
        var indices = batch.episodes.indices.makeIterator()
        var results: [FinishedEpisode] = []
        try drive(batch, next: { indices.next() }, onFinished: { results.append($0) })
        return results.sorted { $0.ticket < $1.ticket }
    }

    /// Drives one episode by a policy that needs no parameters.
    ///
    /// - Throws: `EpisodeFailure` if it could not be driven, and what the engine throws.
    package func show(trackSeed: UInt64) throws -> EpisodeOutcome {
        try run(EpisodeBatch(vectors: [], episodes: [.shown(trackSeed: trackSeed)]))[0].outcome
            .get()
    }
}

extension Episode {
    /// An episode that is driven to be looked at: as an evaluation, cut short by no more than the
    /// time limit.
    package static func shown(trackSeed: UInt64, repetition: Int = 0) -> Episode {
        Episode(
            name: EpisodeName(
                purpose: .evaluation, generation: 0, candidate: 0, repetition: repetition),
            trackSeed: trackSeed)
    }
}
