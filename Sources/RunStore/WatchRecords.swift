// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation

/// How far a run has come: what changes tells a watcher what to read again.
package struct RunPulse: Sendable, Hashable, Codable {
    /// The last complete generation; 0 before the first.
    package var generation = 0
    /// Results stored of the generation under way.
    package var rolloutsUnderWay = 0
    /// The generation of the last evaluation that is complete; 0 before the first.
    package var evaluation = 0
    /// Results stored for an evaluation after the last complete generation.
    package var evaluationRollouts = 0
    /// The number of the last event; 0 before the first.
    package var event = 0
    /// Rows of losses.
    package var losses = 0
    /// The number of the last quarantine; 0 before the first.
    package var quarantine = 0
}

/// How the candidates' mean returns of a generation are spread.
package struct ReturnSpread: Sendable, Hashable {
    /// Which generation.
    package var generation: Int
    /// Those of the candidates at 0.1, 0.25, 0.5, 0.75 and 0.9 of all, the worst first; by linear
    /// interpolation between two; empty where no candidate has a return.
    package var quantiles: [Double]

    /// Which shares `quantiles` has.
    package static let shares = [0.1, 0.25, 0.5, 0.75, 0.9]
}

/// A result as a watcher sees it.
package struct RolloutSummary: Sendable, Hashable {
    /// Which one of its generation.
    package var candidate: Int
    /// Which of the candidate's tracks.
    package var repetition: Int
    /// The seed its track is made from.
    package var trackSeed: UInt64
    /// NaN where it was set aside.
    package var episodeReturn: Double
    /// Environment steps.
    package var steps: Int
    /// The share of the track's tiles that were touched; NaN where it has none.
    package var tileShare: Double
    /// Why it ended.
    package var end: EpisodeEnd
    /// Host and process that drove it.
    package var driver: String
    /// Which of its cores.
    package var core: Int
    /// Wall clock from its start to its end; episodes driven in lockstep share theirs.
    package var seconds: Double
    /// When the coordinator had it; nil where an earlier program stored it.
    package var arrived: Date?
    /// Whether another party gave the same outcome.
    package var isConfirmed: Bool
}

/// How a set of episodes ended.
package struct EpisodeTail: Sendable, Hashable {
    /// Episodes with a return.
    package var episodes: Int
    /// Why they ended, and how many.
    package var ends: [EpisodeEnd: Int]
    /// The return below which one in a hundred lies; NaN where there are none.
    package var firstPercentile: Double
    /// The return below which one in ten lies; NaN where there are none.
    package var tenthPercentile: Double
    /// Half of the returns lie below it; NaN where there are none.
    package var median: Double
    /// The tracks with the lowest mean returns, the lowest first.
    package var hardest: [TrackSummary]
}
