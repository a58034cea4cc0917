// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension RolloutDataset {
    /// What a person should know of the recordings, a sentence each: what sets some of them apart
    /// from those that are recorded here.
    public var notes: [String] {
        [
            note(
                "have inverted colours, as the paper's code stores frames; those of drives here do not"
            ) { $0.look.isInverted == true },
            note(
                "lack the bar of instruments below, as the paper's code stores frames; those of"
                    + " drives here have it"
            ) { $0.look.hasBar == false },
            note(
                "have more actions than observations, as the original's generator writes them, and"
                    + " are read up to the last observation; there row t has the observation after"
                    + " the action, here the one before it"
            ) { $0.surplusActions > 0 },
            note("have no rewards") { $0.episodeReturn == nil },
            note("do not say when the episode ends") { $0.isTerminated == nil },
        ].compactMap { $0 }
    }

    /// The recordings without rewards, ordered by path.
    var withoutRewards: [Recording] { recordings.filter { $0.facts.episodeReturn == nil } }

    private func note(_ text: String, where holds: (RecordingFacts) -> Bool) -> String? {
        let found = recordings.filter { holds($0.facts) }
        guard let first = found.first else { return nil }
        return "\(found.count) of \(recordings.count) recordings (\(first.path)"
            + "\(found.count > 1 ? ", ..." : "")) \(text)"
    }
}
