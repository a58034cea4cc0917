// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
public import Foundation

/// What a training run tells while it runs.
public enum TrainingEvent: Sendable {
    /// What the run starts from, in words.
    case started(String)
    /// Something about the recordings or the models that a person should know, a sentence.
    case noticed(String)
    /// A file that is left out.
    case skipped(path: String, reason: String)
    /// How far the current pass is.
    case progress(TrainingProgress)
    /// An epoch is complete and saved.
    case epoch(TrainingEpoch)
    /// There was no improvement for longer than is borne.
    case stoppedEarly(epoch: Int)
}

/// How far a pass over the data is.
public struct TrainingProgress: Sendable, Hashable {
    /// What is being done: "checking", "encoding", "training", "measuring".
    public var activity: String
    /// The epoch, from 1; 0 before the first.
    public var epoch: Int
    /// The last epoch of the run.
    public var epochs: Int
    /// The examples done in this pass.
    public var done: Int
    /// The examples of this pass.
    public var total: Int
    /// Examples a second since the pass began.
    public var rate: Double
    /// What the examples are: "images", "sequences", "recordings".
    public var unit: String
    /// The mean loss of an example so far; 0 where there is none.
    public var loss: Double
}

/// What came of one epoch: a line of the loss log.
public struct TrainingEpoch: Sendable, Hashable, Codable {
    /// "vae" or "mdrnn".
    public var model: String
    /// The epoch, from 1.
    public var epoch: Int
    /// The mean loss of a training example.
    public var trainingLoss: Double
    /// The mean loss of a held-out example.
    public var heldOutLoss: Double
    /// The held-out loss's terms by name.
    public var heldOutTerms: [String: Double]
    /// The learning rate of the epoch.
    public var learningRate: Double
    /// Training examples a second.
    public var rate: Double
    /// Whether the held-out loss is the lowest so far, so that the model was saved as the best.
    public var isBest: Bool
    /// Seconds since the run's start.
    public var seconds: Double
}

/// What came of a training run.
public struct TrainingSummary: Sendable {
    /// The epochs that were trained in all, earlier runs included.
    public var epochs: Int
    /// The lowest held-out loss.
    public var bestLoss: Double
    /// The best model's file.
    public var model: URL
    /// The files left out.
    public var skippedFiles: Int
}

/// Tells how far a pass is, at most some ten times a second.
struct ProgressReporter {
    private var progress: TrainingProgress
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?

    init(_ activity: String, unit: String, epoch: Int = 0, epochs: Int = 0, total: Int) {
        progress = TrainingProgress(
            activity: activity, epoch: epoch, epochs: epochs, done: 0, total: total, rate: 0,
            unit: unit, loss: 0)
    }

    /// Examples a second so far.
    var rate: Double {
        let seconds = (ContinuousClock.now - start).seconds
        return seconds > 0 ? Double(progress.done) / seconds : 0
    }

    /// Counts examples and tells about them when it is time, or when all are done.
    mutating func advance(
        by count: Int, loss: Double, _ tell: (TrainingEvent) throws -> Void
    ) rethrows {
        progress.done += count
        let now = ContinuousClock.now
        if let last, last.duration(to: now) < .milliseconds(100), progress.done < progress.total {
            return
        }
        last = now
        progress.loss = loss
        progress.rate = rate
        try tell(.progress(progress))
    }
}
