// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Why an episode ended; files keep the case's name.
package enum EpisodeEnd: String, Sendable, Hashable, Codable, CaseIterable {
    /// The lap was completed.
    case lapCompleted
    /// The car left the playfield (-100).
    case leftPlayfield
    /// The time limit was reached.
    case timeLimit
    /// There was no new tile for as many steps as the settings allow.
    case noNewTile
    /// The episode's step cap was reached.
    case stepCap
    /// The return fell too far behind the episode's pace.
    case behindPace
    /// The controller's action was no finite number; it counts as leaving the playfield (-100).
    case actionNotFinite
    /// M drew the end of a dream.
    case dreamEnded
    /// A person's objective gave a value; its return is that, or the negative of a cost.
    case answered
    /// A person's objective said that there is no value here; its return is NaN.
    case noValue
    /// The episode killed or failed too many workers and was given up; its return is NaN.
    case setAside
}

/// What an episode gave; equal wherever the models, the parameters and the episode are equal.
package struct EpisodeOutcome: Sendable {
    /// The sum of the rewards, added up in double precision in the steps' order; NaN where the
    /// episode was set aside.
    package var episodeReturn: Double
    /// Environment steps.
    package var steps: Int
    /// Tiles of the track that were touched.
    package var tilesVisited: Int
    /// Tiles the track has.
    package var trackTiles: Int
    /// Why it ended.
    package var end: EpisodeEnd
    /// SHA-256 of the episode's file; empty where none is recorded.
    package var fileDigest: [UInt8]
    /// What a person's objective told beside its value: finite numbers by name.
    ///
    /// Nothing is decided by them, and outcomes with other ones are equal: they may be times.
    package var info: [String: Double]

    /// Collects the parts.
    package init(
        episodeReturn: Double, steps: Int, tilesVisited: Int, trackTiles: Int, end: EpisodeEnd,
        fileDigest: [UInt8] = [], info: [String: Double] = [:]
    ) {
        self.episodeReturn = episodeReturn
        self.steps = steps
        self.tilesVisited = tilesVisited
        self.trackTiles = trackTiles
        self.end = end
        self.fileDigest = fileDigest
        self.info = info
    }

    /// That of an episode which was given up: it ranks below every return.
    package static let setAside = EpisodeOutcome(
        episodeReturn: .nan, steps: 0, tilesVisited: 0, trackTiles: 0, end: .setAside)
}

extension EpisodeOutcome: Hashable {
    /// Compares returns by their bits: two hosts must agree to the last one, and NaN equals itself.
    package static func == (left: Self, right: Self) -> Bool {
        left.episodeReturn.bitPattern == right.episodeReturn.bitPattern
            && left.steps == right.steps && left.tilesVisited == right.tilesVisited
            && left.trackTiles == right.trackTiles && left.end == right.end
            && left.fileDigest == right.fileDigest
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(episodeReturn.bitPattern)
        hasher.combine(steps)
        hasher.combine(fileDigest)
    }
}

/// Who drove an episode.
package struct EpisodeDriver: Sendable, Hashable {
    /// Host and process.
    package var name: String
    /// What decides the last bits of a result there: processor and compiled loops.
    package var fingerprint: String
    /// Who answers for it: its key and address, or its host and address where there are no keys.
    ///
    /// Empty for this process. Results of one party do not confirm one another.
    package var party: String
    /// Which of its cores, counted from 0.
    package var core: Int

    /// Collects the parts.
    package init(name: String, fingerprint: String, party: String = "", core: Int = 0) {
        self.name = name
        self.fingerprint = fingerprint
        self.party = party
        self.core = core
    }

    /// Nobody, or this process, where it does not matter.
    package static let unnamed = EpisodeDriver(name: "", fingerprint: "")
}

/// An episode that has been driven.
package struct EpisodeResult: Sendable, Hashable {
    /// The episode.
    package var episode: Episode
    /// What it gave.
    package var outcome: EpisodeOutcome
    /// Who drove it.
    package var driver: EpisodeDriver
    /// Wall clock from its start to its end; its core drove others in lockstep in that time.
    package var seconds: Double
    /// Its share of its core's time; nil where nobody measured it.
    ///
    /// An interval in which the core drove n episodes counts 1/n for each: the sum of the shares is
    /// the time in which the core was busy.
    package var coreSeconds: Double?
    /// Whether another party gave the same outcome.
    package var isConfirmed: Bool

    /// Collects the parts.
    package init(
        episode: Episode, outcome: EpisodeOutcome, driver: EpisodeDriver = .unnamed,
        seconds: Double = 0, coreSeconds: Double? = nil, isConfirmed: Bool = false
    ) {
        self.episode = episode
        self.outcome = outcome
        self.driver = driver
        self.seconds = seconds
        self.coreSeconds = coreSeconds
        self.isConfirmed = isConfirmed
    }

    /// Which episode it was.
    package var name: EpisodeName { episode.name }
}
