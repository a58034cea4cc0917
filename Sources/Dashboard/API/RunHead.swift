// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import RunStore

/// All runs.
struct RunList: Encodable {
    var runs: [RunHead]
}

/// A run in one line.
struct RunHead: Encodable {
    /// What it is called in addresses.
    var name: String
    var identifier: String?
    var program: String?
    var created: String?
    var state: RunState?
    /// Why it cannot be read.
    var error: String?

    init(reading view: RunView) {
        name = view.name
        do {
            let identity = try view.reader().identity()
            identifier = identity?.identifier
            program = identity?.program
            created = identity.map { Timestamp.text($0.created) }
            state = try RunState(view)
        } catch {
            self.error = "\(error)"
        }
    }
}

/// A run and its settings.
struct RunDetail: Encodable {
    struct Setting: Encodable {
        var name: String
        var value: String
    }

    struct Paper: Encodable {
        struct Point: Encodable {
            var millionSteps: Double
            var mean: Double
        }
        /// The mean return over 100 tracks that the paper reports, and its spread.
        var mean = 906.0
        var standardDeviation = 21.0
        /// Evaluations of the published run, in generations of 64 x 16 rollouts.
        var curve = [
            Point(millionSteps: 25, mean: 823), Point(millionSteps: 51, mean: 867),
            Point(millionSteps: 201, mean: 880),
        ]
    }

    var head: RunHead
    var settings: [Setting]
    /// What to compare with: Ha and Schmidhuber, 2018.
    var paper = Paper()
    /// Whether films can be made.
    var canFilm: Bool

    init(_ view: RunView) throws {
        head = RunHead(reading: view)
        settings = try view.reader().settings().map { Setting(name: $0.name, value: $0.value) }
        canFilm = view.filming.canFilm
    }
}

/// How far a run is, as streams tell it.
struct RunState: Encodable {
    struct Live: Encodable {
        var coresUsed: Int
        var coresWanted: Int
        var workers: Int
        var stepsPerSecond: Double?
        var openTasks: Int
        var outstanding: Int
        var disagreements: Int
    }

    /// "driving", "training V", "training M", "evaluation", "search" where its coordinator tells,
    /// else "driven" while one holds its lock on this host, and "resting".
    var state: String
    var pulse: RunPulse
    /// The generation that is driven or evaluated, the last one where the run rests after it; in
    /// training the epoch.
    var generation: Int
    /// How many there are to be, where an end is set.
    var generations: Int?
    var done: Int
    var total: Int?
    /// The best mean return of an evaluation.
    var best: Double?
    var bestGeneration: Int?
    var stepsPerSecond: Double?
    var secondsLeft: Double?
    /// SHA-256 of the candidates' returns of the last complete generation.
    var digest: String?
    /// Seconds that the search has taken up to the last complete generation.
    var elapsed: Double?
    /// Environment steps of the search up to the last complete generation.
    var totalSteps: Int
    /// Steps of M's dreams up to there.
    var totalDreamSteps: Int
    /// What the cluster says of itself, where this process is its coordinator.
    var live: Live?

    init(_ view: RunView) throws {
        let reader = try view.reader()
        pulse = try reader.pulse()
        let last = try reader.lastGeneration()
        let best = try reader.bestEvaluation()
        self.best = best?.mean.finite
        bestGeneration = best?.generation
        totalSteps = try reader.totalSteps()
        totalDreamSteps = try reader.totalSteps(ofDreams: true)
        digest = last?.fitnessDigest
        elapsed = last?.elapsed.finite
        generation = pulse.generation + 1
        done = pulse.rolloutsUnderWay
        total = last?.rollouts
        state = view.isDriven ? "driven" : "resting"
        if let last {
            stepsPerSecond = (Double(last.steps) / last.seconds).finite
            // Of a run that rests between two generations there is no next one to speak of.
            if !view.isDriven, done == 0 { (generation, done) = (last.generation, last.rollouts) }
        }
        guard let status = view.status() else { return }
        let rates = view.stepRates()
        live = Live(
            coresUsed: status.workers.reduce(0) { $0 + $1.cores },
            coresWanted: status.workers.reduce(0) { $0 + $1.wantedCores },
            workers: status.workers.count,
            stepsPerSecond: rates.isEmpty ? nil : rates.values.reduce(0, +).rounded(),
            openTasks: status.counters.openTasks, outstanding: status.counters.outstanding,
            disagreements: status.counters.disagreements)
        guard let progress = status.run else { return }
        state = progress.phase.rawValue
        generation = progress.generation ?? generation
        generations = progress.generations
        done = progress.done
        total = progress.total
        stepsPerSecond = progress.stepsPerSecond?.finite ?? stepsPerSecond
        secondsLeft = progress.secondsLeft?.finite
    }
}
