// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
import Episodes
import Foundation
import SwiftProtobuf

// Episodes and their results as they travel, both ways.

extension WireEpisode {
    init(_ episode: Episode, vector: Int) {
        self.init()
        name = WireEpisodeName(episode.name)
        trackSeed = episode.trackSeed
        stepCap = UInt32(clamping: episode.stepCap ?? 0)
        pace = episode.pace?.perStep ?? 0
        paceGrace = UInt32(clamping: episode.pace?.grace ?? 0)
        if let temperature = episode.dreamTemperature { dreamTemperature = temperature }
        self.vector = UInt32(clamping: vector)
    }

    /// The episode.
    func episode(vectors: Int) throws(WireError) -> Episode {
        guard vectors == 0 ? vector == 0 : vector < vectors else {
            throw .field("episode.vector", "is \(vector), where there are \(vectors)")
        }
        guard pace >= 0, pace.isFinite, (pace == 0) == (paceGrace == 0) else {
            throw .field("episode.pace", "is \(pace), \(paceGrace) steps behind")
        }
        let temperature = hasDreamTemperature ? dreamTemperature : nil
        if let temperature, !Episode.temperatureLimits.contains(temperature) {
            throw .field("episode.dream_temperature", "is \(temperature)")
        }
        return Episode(
            name: name.name, trackSeed: trackSeed, dreamTemperature: temperature,
            stepCap: stepCap == 0 ? nil : Int(stepCap),
            pace: pace == 0 ? nil : Pace(perStep: pace, grace: Int(paceGrace)),
            vector: Int(vector))
    }
}

extension WireEpisodeName {
    init(_ name: EpisodeName) {
        self.init()
        generation = UInt64(clamping: name.generation)
        candidate = UInt32(clamping: name.candidate)
        repetition = UInt32(clamping: name.repetition)
        purpose =
            switch name.purpose {
            case .training: .training
            case .evaluation: .evaluation
            case .recording: .recording
            }
    }

    var name: EpisodeName {
        let meaning: Episodes.Purpose =
            switch purpose {
            case .evaluation: .evaluation
            case .recording: .recording
            case .training, .UNRECOGNIZED: .training
            }
        return EpisodeName(
            purpose: meaning, generation: Int(clamping: generation), candidate: Int(candidate),
            repetition: Int(repetition))
    }
}

extension WireResult {
    init(_ result: LeasedResult) {
        self.init()
        lease = result.lease
        seconds = result.seconds
        coreSeconds = result.coreSeconds ?? 0
        core = UInt32(clamping: result.core)
        switch result.report {
        case .outcome(let outcome): self.outcome = WireOutcome(outcome)
        case .failure(let failure): self.failure = Self.text(failure.description)
        case .implausible(let problem): self.failure = Self.text(problem)
        }
    }

    /// As much of a reason as travels.
    private static func text(_ reason: String) -> String {
        let shown = reason.printable
        guard shown.utf8.count > WireLimits.textBytes else { return shown }
        return String(shown.prefix(200))
    }

    /// What became of the episode, as far as it can be true.
    ///
    /// - Throws: `WireError.field` for what is longer than any sender of ours makes it.
    func result() throws(WireError) -> LeasedResult {
        let report: LeasedResult.Report
        switch body {
        case .outcome(let outcome): report = try outcome.report()
        case .failure(let reason):
            report = .failure(EpisodeFailure(try printable(reason, "result.failure")))
        case nil: report = .implausible("neither an outcome nor a failure")
        }
        guard seconds.isFinite, seconds >= 0 else {
            return LeasedResult(
                lease: lease, report: .implausible("a duration of \(seconds) s"), seconds: 0)
        }
        guard core < UInt32(WireLimits.cores) else {
            return LeasedResult(
                lease: lease, report: .implausible("the \(core)th core"), seconds: seconds)
        }
        guard coreSeconds.isFinite, coreSeconds >= 0 else {
            return LeasedResult(
                lease: lease, report: .implausible("\(coreSeconds) s of its core's time"),
                seconds: seconds)
        }
        return LeasedResult(
            lease: lease, report: report, seconds: seconds,
            coreSeconds: coreSeconds == 0 ? nil : coreSeconds, core: Int(core))
    }
}

extension WireOutcome {
    init(_ outcome: EpisodeOutcome) {
        self.init()
        episodeReturn = outcome.episodeReturn
        steps = UInt32(clamping: outcome.steps)
        tilesVisited = UInt32(clamping: outcome.tilesVisited)
        trackTiles = UInt32(clamping: outcome.trackTiles)
        end =
            switch outcome.end {
            case .lapCompleted: .lapCompleted
            case .leftPlayfield: .leftPlayfield
            case .timeLimit: .timeLimit
            case .noNewTile: .noNewTile
            case .stepCap: .stepCap
            case .actionNotFinite: .actionNotFinite
            case .behindPace: .behindPace
            // Giving an episode up is the coordinator's decision: no worker may say so.
            case .setAside: .unspecified
            case .answered: .answered
            case .noValue: .noValue
            case .dreamEnded: .dreamEnded
            }
        fileDigest = Data(outcome.fileDigest)
        info = outcome.info.sorted { $0.key < $1.key }.prefix(WireLimits.infoNumbers).map { entry in
            .with {
                $0.name = entry.key
                $0.value = entry.value
            }
        }
    }

    private var meaning: EpisodeEnd? {
        switch end {
        case .lapCompleted: .lapCompleted
        case .leftPlayfield: .leftPlayfield
        case .timeLimit: .timeLimit
        case .noNewTile: .noNewTile
        case .stepCap: .stepCap
        case .actionNotFinite: .actionNotFinite
        case .behindPace: .behindPace
        case .answered: .answered
        case .noValue: .noValue
        case .dreamEnded: .dreamEnded
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    fileprivate func report() throws(WireError) -> LeasedResult.Report {
        guard fileDigest.isEmpty || fileDigest.count == SHA256.byteCount else {
            throw .field("outcome.file_digest", "has \(fileDigest.count) bytes, not 0 or 32")
        }
        if !episodeReturn.isFinite, end != .noValue {
            return .implausible("the return is \(episodeReturn)")
        }
        if steps == 0 || steps > WireLimits.steps { return .implausible("\(steps) steps") }
        if trackTiles > WireLimits.tiles {
            return .implausible("a track of \(trackTiles) tiles")
        }
        if tilesVisited > trackTiles {
            return .implausible("\(tilesVisited) of \(trackTiles) tiles visited")
        }
        guard let end = meaning else { return .implausible("an end that is none") }
        return .outcome(
            EpisodeOutcome(
                episodeReturn: end == .noValue ? .nan : episodeReturn, steps: Int(steps),
                tilesVisited: Int(tilesVisited),
                trackTiles: Int(trackTiles), end: end, fileDigest: Array(fileDigest),
                info: try numbers()))
    }

    /// What was told beside the value; what is no number is left out.
    private func numbers() throws(WireError) -> [String: Double] {
        try checkCount(info.count, WireLimits.infoNumbers, "outcome.info")
        var numbers: [String: Double] = [:]
        for entry in info {
            let name = try printable(entry.name, "outcome.info.name")
            guard !name.isEmpty, name.utf8.count <= WireLimits.infoNameBytes else {
                throw .field("outcome.info.name", "has \(name.utf8.count) bytes")
            }
            if entry.value.isFinite { numbers[name] = entry.value }
        }
        return numbers
    }
}
