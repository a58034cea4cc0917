// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Learning rates of mean and covariance that keep the ratio of signal to noise in their steps.
///
/// LRA-CMA-ES (Nomura, Akimoto and Ono, 2023 and 2024: arXiv 2304.03473, 2401.15876), for a diagonal
/// covariance. Where the steps of many generations go one way the rates are high, up to the usual 1;
/// where they cancel out, as of costs that are noisy or of many optima, they fall, and the step size
/// grows by as much as the mean's rate falls.
struct LearningRateAdaptation: Sendable, Equatable {
    private(set) var mean: AdaptedRate
    private(set) var covariance: AdaptedRate

    init(dimension: Int) {
        mean = AdaptedRate(dimension: dimension, smoothing: 0.1)
        covariance = AdaptedRate(dimension: dimension, smoothing: 0.03)
    }

    /// The mean, the step size and the deviations of n variables.
    struct Parameters: Equatable {
        var mean: [Double]
        var sigma: Double
        /// In units of sigma.
        var deviations: [Double]
    }

    /// Goes a part of the way from one generation's parameters to the next one's, and learns how sure
    /// that way is.
    ///
    /// The deviations that it gives have a geometric mean of 1.
    mutating func advance(from old: Parameters, to new: Parameters) -> Parameters {
        let variances = old.deviations.map { $0 * $0 * old.sigma * old.sigma }
        // In coordinates in which the old distribution is standard normal.
        let meanStep = old.mean.indices.map {
            (new.mean[$0] - old.mean[$0]) / variances[$0].squareRoot()
        }
        let growth = variances.indices.map {
            new.deviations[$0] * new.deviations[$0] * new.sigma * new.sigma / variances[$0] - 1
        }
        let before = mean.rate
        mean.learn(meanStep)
        covariance.learn(growth.map { $0 / 2.0.squareRoot() })
        var result = old
        for index in result.mean.indices {
            result.mean[index] += mean.rate * (new.mean[index] - old.mean[index])
        }
        let logarithms = variances.indices.map {
            log(variances[$0] * (1 + covariance.rate * growth[$0]))
        }
        let middle = logarithms.reduce(0, +) / Double(logarithms.count)
        result.deviations = logarithms.map { exp(($0 - middle) / 2) }
        // The best step size is about in inverse proportion to the mean's rate.
        result.sigma = exp(middle / 2) * before / mean.rate
        return result
    }

    func encode(into writer: inout StateWriter) {
        mean.encode(into: &writer)
        covariance.encode(into: &writer)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        self.init(dimension: dimension)
        try mean.decode(from: &reader)
        try covariance.decode(from: &reader)
    }
}

/// One learning rate, and what is known of the steps that it is for.
struct AdaptedRate: Sendable, Equatable {
    /// 1 at first, and never more.
    private(set) var rate = 1.0

    /// The ratio of signal to noise that is wanted, over the rate (alpha).
    private static let wanted = 1.4
    /// How fast the rate may change, over itself (gamma).
    private static let pace = 0.1
    /// What a new step counts for in the averages (beta), and the most that the rate changes by.
    private let smoothing: Double
    /// The steps' average.
    private var average: [Double]
    /// The average of their squared lengths.
    private var squares = 0.0

    init(dimension: Int, smoothing: Double) {
        self.smoothing = smoothing
        average = [Double](repeating: 0, count: dimension)
    }

    /// Learns a step, in coordinates in which the distribution is standard normal.
    mutating func learn(_ step: [Double]) {
        var signal = 0.0
        var length = 0.0
        for (index, value) in step.enumerated() {
            average[index] += smoothing * (value - average[index])
            signal += average[index] * average[index]
            length += value * value
        }
        squares += smoothing * (length - squares)
        guard squares > signal else { return }
        // Of noise alone the average has this part of the squares, which is taken off.
        let ratio = (signal - smoothing / (2 - smoothing) * squares) / (squares - signal)
        let change = min(1, max(-1, ratio / (Self.wanted * rate) - 1))
        rate = min(1, rate * exp(min(Self.pace * rate, smoothing) * change))
    }

    func encode(into writer: inout StateWriter) {
        writer.write([rate, squares])
        writer.write(average)
    }

    mutating func decode(from reader: inout StateReader) throws(EvolutionStrategyError) {
        let values = try reader.doubles(count: 2)
        (rate, squares) = (values[0], values[1])
        average = try reader.doubles(count: average.count)
        guard rate > 0, rate <= 1, squares >= 0, squares.isFinite, average.allSatisfy(\.isFinite)
        else { throw .invalidState(reason: "a learning rate of \(rate)") }
    }
}
