// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import CarRacingRendering
import Episodes
import Foundation
import Rollouts
import WorldModel

/// What an evaluation found.
struct EvaluationReport: Encodable {
    /// Returns by the share of all that is not above them.
    struct Percentiles: Encodable, Equatable {
        var p1: Double
        var p5: Double
        var p50: Double

        init(_ returns: [Double]) {
            p1 = returns.quantile(0.01)
            p5 = returns.quantile(0.05)
            p50 = returns.quantile(0.5)
        }
    }

    struct Episode: Encodable, Equatable {
        var trackSeed: String
        var episodeReturn: Double
        var steps: Int
        var tilesVisited: Int
        var trackTiles: Int
        var end: EpisodeEnd

        /// A line for people, without the track.
        var text: String {
            String(format: "%9.2f  %5d", episodeReturn, steps)
                + String(format: "  %3d/%3d  ", tilesVisited, trackTiles) + end.rawValue
        }
    }

    var controller: String
    var controllerMapping: ControllerMapping
    var controllerInputs: ControllerInputs
    /// The units of the controller's hidden layer; 0: there is none.
    var controllerHidden: Int
    /// The lengths of z and h.
    var latentSize: Int
    var hiddenSize: Int
    var latent: LatentUse
    var returns: SampleStatistics
    /// The returns that 1, 5 and 50 % of all are not above.
    var percentiles: Percentiles
    /// The share of laps that were completed under the rules, and of those with every tile.
    var finishedLaps: Double
    var fullLaps: Double
    var lapCompletePercent: Double
    /// How the edges of what the agent saw looked.
    var antialiasing: Antialiasing
    /// Whether each track had colours of its own.
    var domainRandomize: Bool
    var precision: Precision
    var episodes: [Episode]
    /// The tracks of the lowest returns, the lowest first, where they are asked for.
    var worst: [Episode]?
    var stepsPerSecond: Double
    /// What the returns' last bits could depend on.
    var numericPath: String

    init(
        outcomes: [EpisodeOutcome], seeds: [UInt64], isZero: Bool, settings: RolloutSettings,
        sizes: ModelSizes = ModelSizes(), numericPath: String, seconds: Double, worst: Int? = nil
    ) {
        controller = isZero ? "zero" : "trained"
        controllerMapping = settings.mapping
        controllerInputs = settings.inputs
        controllerHidden = settings.hiddenUnits
        latentSize = sizes.latent
        hiddenSize = sizes.hidden
        latent = settings.latent
        returns = SampleStatistics(outcomes.map(\.episodeReturn))
        percentiles = Percentiles(outcomes.map(\.episodeReturn))
        finishedLaps =
            Double(outcomes.count { $0.end == .lapCompleted }) / Double(outcomes.count)
        fullLaps =
            Double(outcomes.count { $0.tilesVisited == $0.trackTiles }) / Double(outcomes.count)
        lapCompletePercent = settings.lapCompletePercent
        antialiasing = settings.antialiasing
        domainRandomize = settings.domainRandomize
        precision = settings.precision
        self.numericPath = numericPath
        // The seeds as text: JSON readers keep 53 bits.
        let episodes = zip(outcomes, seeds).map { outcome, seed in
            Episode(
                trackSeed: String(seed), episodeReturn: outcome.episodeReturn,
                steps: outcome.steps, tilesVisited: outcome.tilesVisited,
                trackTiles: outcome.trackTiles, end: outcome.end)
        }
        let order = episodes.indices.sorted {
            (episodes[$0].episodeReturn, $0) < (episodes[$1].episodeReturn, $1)
        }
        self.episodes = episodes
        self.worst = worst.map { count in order.prefix(count).map { episodes[$0] } }
        stepsPerSecond = Double(outcomes.reduce(0) { $0 + $1.steps }) / seconds
    }

    var text: String {
        let form = ControllerParameters(
            shape: ControllerShape(
                inputs: controllerInputs, hiddenUnits: controllerHidden,
                mapping: controllerMapping,
                sizes: ModelSizes(latent: latentSize, hidden: hiddenSize)),
            latent: latent)
        var lines = ["controller: \(form.formText)", "   return  steps  tiles      end"]
        lines += episodes.map(\.text)
        if let worst {
            lines += ["the worst:", "   return  steps  tiles      end  track"]
            lines += worst.map { "\($0.text)  \($0.trackSeed)" }
        }
        let name = controller == "zero" ? "all parameters 0" : "the trained controller"
        // One episode says nothing of the spread.
        let spread =
            returns.confidence95.map {
                String(
                    format: "%.1f +- %.1f (standard deviation), 95%% interval %.1f to %.1f, "
                        + "%.1f to %.1f", returns.mean, returns.standardDeviation,
                    returns.mean - $0, returns.mean + $0, returns.minimum, returns.maximum)
            } ?? String(format: "%.1f", returns.mean)
        lines.append(
            String(
                format: "%@: mean return %@, %.0f%% of the laps finished (%g of the tiles), "
                    + "%.0f%% with every tile, %d tracks, %@antialiasing %@, %@; "
                    + "percentiles 1, 5 and 50: %.1f, %.1f, %.1f",
                name as NSString, spread as NSString, 100 * finishedLaps, lapCompletePercent,
                100 * fullLaps, returns.count,
                (domainRandomize ? "each with colours of its own, " : "") as NSString,
                antialiasing.rawValue as NSString, numericPath as NSString, percentiles.p1,
                percentiles.p5, percentiles.p50))
        return lines.joined(separator: "\n") + "\n"
    }
}
