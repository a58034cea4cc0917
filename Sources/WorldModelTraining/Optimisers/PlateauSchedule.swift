// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// PyTorch's `ReduceLROnPlateau` (mode min, relative threshold) and the original's early stopping.
struct PlateauSchedule: Sendable, Hashable, Codable {
    /// The learning rate now.
    private(set) var rate: Double
    /// The lowest held-out loss so far, by more than the threshold; nil before the first.
    private(set) var best: Double?
    /// Epochs without improvement since the last one, or since the rate was reduced.
    private(set) var badEpochs = 0
    /// Epochs without improvement since the last one.
    private(set) var epochsSinceImprovement = 0

    /// By how much the rate is multiplied.
    private var factor = 0.5
    /// How many bad epochs are borne before the rate is reduced.
    private var patience = 5
    /// How many bad epochs are borne before training stops; it changes nothing but the end.
    var stopPatience: Int
    /// An improvement is smaller than best (1 - threshold).
    private static let threshold = 1e-4
    /// A reduction by less than this is not made.
    private static let smallestReduction = 1e-8

    /// A schedule before its first epoch, with the original's defaults.
    init(rate: Double, stopPatience: Int = 30) {
        self.rate = rate
        self.stopPatience = stopPatience
    }

    /// Whether there was no improvement for more epochs than are borne.
    var shouldStop: Bool { epochsSinceImprovement > stopPatience }

    /// Forgets the losses so far, with which those to come cannot be compared; the rate stays.
    mutating func restart() {
        best = nil
        badEpochs = 0
        epochsSinceImprovement = 0
    }

    /// Takes note of an epoch's held-out loss.
    mutating func record(_ loss: Double) {
        // best (1 - threshold) would move the wrong way for the negative losses that M can have.
        let improves = best.map { loss < $0 - Self.threshold * abs($0) } ?? true
        if improves {
            best = loss
            badEpochs = 0
            epochsSinceImprovement = 0
        } else {
            badEpochs += 1
            epochsSinceImprovement += 1
        }
        if badEpochs > patience {
            let reduced = rate * factor
            if rate - reduced > Self.smallestReduction { rate = reduced }
            badEpochs = 0
        }
    }
}
