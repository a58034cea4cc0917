// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
package import Episodes
import Synchronization
import WorldModel

/// What an outcome of CarRacing cannot be, whoever drove: the environment counts in one way only.
///
/// It drives nothing, so that it finds claims that no drive gives; a drive that was another than the
/// one asked for passes.
package struct OutcomeRules: Sendable {
    private let plan: EpisodePlan
    private let lapCompletePercent: Double
    private let tracks: TrackTiles

    /// How far rounding may take a return, as a share of all that was added up for it.
    private static let tolerance = 1e-9

    /// The rules of a run's episodes.
    package init(_ settings: RolloutSettings) {
        plan = settings.plan
        lapCompletePercent = settings.lapCompletePercent
        tracks = TrackTiles(domainRandomize: settings.domainRandomize)
    }

    /// The rules of a dataset's episodes.
    package init(_ settings: RecordingSettings) {
        plan = settings.plan
        lapCompletePercent = Rules().lapCompletePercent
        tracks = TrackTiles(domainRandomize: settings.domainRandomize)
    }

    /// What is impossible about an outcome that a worker reports; nil where nothing is.
    ///
    /// The first outcome on a track costs the making of that track, a third of a
    /// millisecond; others cost next to nothing.
    ///
    /// - Parameters:
    ///   - outcome: What is said to have come of an episode.
    ///   - episode: The episode.
    ///   - fileSize: The bytes of its file; nil where it is not known or there is none.
    /// - Returns: One line that names the value, for people.
    package func problem(
        with outcome: EpisodeOutcome, of episode: Episode, fileSize: Int? = nil
    ) -> String? {
        endProblem(outcome, episode)
            ?? (episode.dreamTemperature == nil
                ? tilesProblem(outcome, episode) ?? returnProblem(outcome)
                : dreamProblem(outcome))
            ?? fileProblem(outcome, episode, fileSize)
    }

    // MARK: Steps and the end

    private func endProblem(_ outcome: EpisodeOutcome, _ episode: Episode) -> String? {
        let limit = plan.stepLimit(of: episode)
        let (steps, end) = (outcome.steps, outcome.end)
        guard (1...limit.steps).contains(steps) else {
            return "\(steps) steps, of at most \(limit.steps)"
        }
        let isDream = episode.dreamTemperature != nil
        let patience = isDream ? nil : plan.patience(with: episode)
        let fits =
            switch end {
            case .lapCompleted, .leftPlayfield: !isDream
            case .dreamEnded: isDream
            // No file is made of it.
            case .actionNotFinite: plan.dataset == nil
            case .timeLimit: steps == limit.steps && !limit.isCap
            case .stepCap: steps == limit.steps && limit.isCap
            case .noNewTile: patience.map { (steps >= $0) && (steps < limit.steps) } ?? false
            case .behindPace:
                plan.pace(of: episode).map {
                    steps < limit.steps
                        && outcome.episodeReturn < $0.least(after: steps) + Self.slack(outcome)
                } ?? false
            // The coordinator gives up, never a worker.
            case .setAside: false
            // Only of an objective.
            case .answered, .noValue: false
            }
        return fits ? nil : "the end \(end) after \(steps) steps of at most \(limit.steps)"
    }

    // MARK: Tiles

    private func tilesProblem(_ outcome: EpisodeOutcome, _ episode: Episode) -> String? {
        let (tiles, total) = (outcome.tilesVisited, outcome.trackTiles)
        let seed = plan.trackSeed(of: episode)
        let expected = tracks.count(seed: seed)
        guard total == expected else {
            return "a track of \(total) tiles, where that of seed \(seed) has \(expected)"
        }
        guard (0...total).contains(tiles) else { return "\(tiles) of \(total) tiles" }
        let fits =
            switch outcome.end {
            case .lapCompleted:
                tiles == total || Double(tiles) / Double(total) > lapCompletePercent
            case .leftPlayfield: true
            // With all tiles the lap would have been complete.
            default: tiles < total
            }
        guard fits else { return "the end \(outcome.end) with \(tiles) of \(total) tiles" }
        if let patience = plan.patience(with: episode),
            outcome.steps > patience * (tiles + 1)
        {
            return "\(outcome.steps) steps with \(tiles) tiles, though \(patience) without a new"
                + " one end the episode"
        }
        return nil
    }

    // MARK: Dreams

    /// What of a dream cannot be: there is no track, and what M expects is no fixed sum.
    private func dreamProblem(_ outcome: EpisodeOutcome) -> String? {
        guard outcome.trackTiles == 0, outcome.tilesVisited == 0 else {
            return "\(outcome.tilesVisited) of \(outcome.trackTiles) tiles in a dream"
        }
        return outcome.episodeReturn.isFinite ? nil : "a return of \(outcome.episodeReturn)"
    }

    // MARK: The return

    /// How far rounding may take a return.
    private static func slack(_ outcome: EpisodeOutcome) -> Double {
        let rewarded = 1000 * Double(outcome.tilesVisited) / Double(outcome.trackTiles)
        return tolerance * (rewarded + 0.1 * Double(outcome.steps) + 100)
    }

    private func returnProblem(_ outcome: EpisodeOutcome) -> String? {
        let rewarded = 1000 * Double(outcome.tilesVisited) / Double(outcome.trackTiles)
        var expected = rewarded - 0.1 * Double(outcome.steps)
        if outcome.end == .leftPlayfield || outcome.end == .actionNotFinite {
            // Its reward is all that the last step counts; in a first step also for the tiles under
            // the wheels at the start.
            expected = outcome.steps == 1 ? -100 : expected + 0.1 - 100
        }
        guard abs(outcome.episodeReturn - expected) <= Self.slack(outcome) else {
            return "a return of \(outcome.episodeReturn), where \(outcome.tilesVisited) of"
                + " \(outcome.trackTiles) tiles in \(outcome.steps) steps and the end"
                + " \(outcome.end) give \(expected)"
        }
        return nil
    }

    // MARK: The file

    private func fileProblem(
        _ outcome: EpisodeOutcome, _ episode: Episode, _ size: Int?
    ) -> String? {
        let isRecorded = plan.dataset != nil
        guard outcome.fileDigest.isEmpty != isRecorded else {
            return isRecorded ? "no file of a recording" : "a file, where none is recorded"
        }
        guard isRecorded, let size else { return nil }
        let range = RecordingSettings.fileSizes(steps: outcome.steps)
        return range.contains(size)
            ? nil
            : "a file of \(size) bytes of \(outcome.steps) steps, which take"
                + " \(range.lowerBound) to \(range.upperBound)"
    }
}

/// How many tiles tracks have; those asked for lately are remembered.
private final class TrackTiles: Sendable {
    private static let capacity = 4096
    private let domainRandomize: Bool
    private let known = Mutex<[UInt64: Int]>([:])

    init(domainRandomize: Bool) { self.domainRandomize = domainRandomize }

    func count(seed: UInt64) -> Int {
        if let count = known.withLock({ $0[seed] }) { return count }
        let count = Track(seed: seed, domainRandomize: domainRandomize).nodes.count
        known.withLock {
            // All at once: whatever is asked for again is soon there again.
            if $0.count >= Self.capacity { $0.removeAll(keepingCapacity: true) }
            $0[seed] = count
        }
        return count
    }
}
