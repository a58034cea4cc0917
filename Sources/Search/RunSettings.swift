// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Basics
import Episodes
package import EvolutionStrategies
package import WorldModel

/// What defines a run, with the values that it has where nothing else is said.
///
/// Each is kept in the run's database when the run begins. A later start may leave it out; giving
/// another value is refused, since the run would no longer be the one its seed names. A new setting
/// is a property here and a row of `table`; options, help, profiles, validation, storage and
/// inspection follow.
package struct RunSettings: Sendable, Hashable {
    /// The profile that gave the values which no option gave; for people.
    package var profile = "none"
    /// Candidates a generation.
    package var populationSize = 64
    /// Tracks a candidate, in each generation the same for all; few make more generations of the
    /// same work, but late in a run their noise hides what is left to gain.
    package var samples = Schedule(4)
    /// Up to how many tracks a candidate the noise of the ranking may ask for; 0 is what `samples`
    /// says.
    package var samplesLimit = 0
    /// Tracks that all candidates drive where they race for the others; 0 is no race.
    package var raceTracks = Schedule(0)
    /// The share of a generation's tracks that are drawn from those which candidates failed on.
    package var hardTrackShare = Schedule(0.0)
    /// The part of the shortfall of the worst returns that is taken from a candidate's mean.
    package var tailWeight = Schedule(0.0)
    /// The share of a candidate's returns that are the worst.
    package var tailShare = 0.25
    /// The share of the generations that M dreams; the others are driven, and evaluations always.
    package var dreamShare = Schedule(0.0)
    /// At which temperature M dreams.
    package var temperature = Schedule(1.0)
    /// A dream's limit in steps; 0 is that of a drive.
    package var dreamSteps = 0
    /// SHA-256 of the file of the moments at which dreams begin.
    package var dreamStarts: String?
    package var seed: UInt64 = 1
    /// The initial step size, and those set later, since in hundreds of dimensions the search's own
    /// adaptation takes hundreds of generations.
    package var sigma = Schedule(0.1)
    /// The form of the search distribution.
    package var variant = EvolutionStrategy.Variant.full
    /// Which candidates the mean moves by.
    package var recombination = EvolutionStrategy.Recombination.betterHalf
    /// How far the search goes towards what a generation says.
    package var learningRates = EvolutionStrategy.LearningRates.fixed
    /// What the controller sees.
    package var inputs = ControllerInputs.latentHidden
    /// The units of the controller's hidden layer; 0 is none.
    package var hiddenUnits = 0
    /// How the controller's outputs become an action.
    package var mapping = ControllerMapping.paper
    /// What of V's output is z.
    package var latent = LatentUse.mean
    /// How the edges of what the agents see look.
    package var antialiasing = Edges.off
    /// Whether each track has colours of its own.
    package var domainRandomize = Switch.off
    /// What V computes in when it drives.
    package var precision = Precision.float32
    /// An episode's limit in steps.
    package var maximumSteps = 1000
    /// Steps without a new tile that end a training episode; 0 is never.
    package var patience = 0
    /// Steps by which a training episode may be behind the pace of the last generation's best
    /// candidate; 0 is any.
    package var stepsBehind = 0
    /// A training episode's cap as a multiple of the last generation's mean steps, as in the
    /// paper's code, which has 2; 0 is no cap.
    package var stepCapFactor = 0
    /// Generations between two evaluations of the distribution's mean; 0 is only at the end.
    package var evaluateEvery = 5
    /// Tracks of an evaluation.
    package var evaluationEpisodes = 16
    /// SHA-256 of the parameters that the search starts from, or "zeros".
    package var initialController = "zeros"
    /// SHA-256 of V's file.
    package var vae: String?
    /// SHA-256 of M's file.
    package var mdrnn: String?
    /// The length of V's z.
    package var latentSize = ModelSizes().latent
    /// The length of M's h.
    package var hiddenSize = ModelSizes().hidden

    /// How edges look, as drawing names it; a run's settings know no drawing.
    package enum Edges: String, Sendable, Hashable, CaseIterable {
        case off
        case samples4
    }

    package init() {}

    /// The rows, in the order in which to show them.
    package static let table = [
        RunSetting(
            "profile", \.profile, .text("a profile's name"), source: .file, isFree: true,
            valueName: "name",
            help: "A recipe: a profile's name (quick, paper, record, dream, dream-first) or a JSON"
                + " file."),
        RunSetting(
            "pop-size", \.populationSize, .whole(4...65_536), valueName: "candidates",
            help: "Candidates a generation (*)."),
        RunSetting(
            "n-samples", \.samples,
            .schedule(
                "a whole number from 1 to 65536, or a schedule such as 4,8@50 (8 from generation"
                    + " 50)"
            ) { (1...65_536).contains($0) },
            valueName: "tracks",
            help: "Tracks a candidate (*), or a schedule: 4,8@50 is 8 from generation 50."),
        RunSetting(
            "n-samples-limit", \.samplesLimit, .whole(0...65_536, zero: "as n-samples says"),
            valueName: "tracks",
            help: "Let the tracks a candidate grow from n-samples up to this number where their"
                + " noise decides the ranking; 0: never (*)."),
        RunSetting(
            "race-tracks", \.raceTracks,
            .schedule(
                "0 or a whole number from 2 to 65536, or a schedule such as 0,4@20 (4 from"
                    + " generation 20)"
            ) { $0 == 0 || (2...65_536).contains($0) },
            valueName: "tracks",
            help: "Tracks that all candidates drive; the others of n-samples only those of whom it"
                + " is not plain whether they are among the better half. 0: no race (*). Or a"
                + " schedule."),
        RunSetting(
            "hard-track-share", \.hardTrackShare,
            .schedule(
                "a number from 0 to 1, or a schedule such as 0,0.5@20 (0.5 from generation 20)"
            ) { (0...1).contains($0) },
            valueName: "share",
            help: "The share of a generation's tracks that are drawn from those of earlier ones, by"
                + " how many candidates failed there; at least one is new (*). Or a schedule."),
        RunSetting(
            "tail-weight", \.tailWeight,
            .schedule(
                "a number from 0 to 10, or a schedule such as 0,0.3@20 (0.3 from generation 20)"
            ) { (0...10).contains($0) },
            valueName: "weight",
            help: "Take this part of the shortfall of a candidate's worst returns from its mean; 1:"
                + " the worst alone count (*). Or a schedule."),
        RunSetting(
            "tail-share", \.tailShare, .share, valueName: "share",
            help: "The share of a candidate's returns that are the worst (*)."),
        RunSetting(
            "dream-share", \.dreamShare,
            .schedule(
                "a number from 0 to 1, or a schedule such as 1,0@50 (none from generation 50)"
            ) { (0...1).contains($0) },
            valueName: "share",
            help: "The share of the generations whose rollouts M dreams instead of driving them,"
                + " evenly between the others (*). Or a schedule."),
        RunSetting(
            "temperature", \.temperature,
            .schedule(
                "a number from 0 to 100, or a schedule such as 0.5,1@20 (1 from generation 20)"
            ) { Episode.temperatureLimits.contains($0) },
            valueName: "number",
            help: "How freely M dreams: 1 as it was trained, more is harder to exploit, 0 has no"
                + " chance in it (*). Or a schedule."),
        RunSetting(
            "dream-steps", \.dreamSteps, .whole(0...1_000_000, zero: "as max-steps"),
            valueName: "steps", help: "A dream's limit; 0: as max-steps (*)."),
        RunSetting("seed", \.seed, .seed, help: "The run's seed (*)."),
        RunSetting(
            "sigma", \.sigma,
            .schedule(
                "a number above 0, or a schedule such as 0.05,0.02@50 (0.02 from generation 50)"
            ) { $0.isFinite && $0 > 0 },
            valueName: "size",
            help: "The initial step size (*), or a schedule: 0.05,0.02@50 sets 0.02 at generation"
                + " 50."),
        RunSetting(
            "variant", \.variant, .choice,
            help: "The covariance: full, separable or limited-memory (*)."),
        RunSetting(
            "recombination", \.recombination, .choice,
            help: "Which candidates the mean moves by: better-half, as usual, or all, away from"
                + " the worse half too (*)."),
        RunSetting(
            "learning-rates", \.learningRates, .choice, valueName: "kind",
            help: "How far the search goes towards what a generation says: fixed, or adaptive, less"
                + " far where generations contradict one another; of --variant separable (*)."),
        RunSetting(
            "controller-inputs", \.inputs, .choice,
            help: "What the controller sees: z, zh or zch (*)."),
        RunSetting(
            "controller-hidden", \.hiddenUnits,
            .whole(ControllerShape.hiddenUnitLimits, zero: "none"), valueName: "units",
            help: "Give the controller a hidden layer of so many tanh units; 0: none (*)."),
        RunSetting(
            "controller-mapping", \.mapping, .choice,
            help: "How its outputs become actions: paper, linear, or discrete, the largest of"
                + " five (*)."),
        RunSetting(
            "latent", \.latent, .choice, help: "What of V's output is z: mean or sampled (*)."),
        RunSetting(
            "antialiasing", \.antialiasing, .choice,
            help: "How the edges of what agents see look: off, or samples4, which is nearer to"
                + " Gymnasium and slower (*)."),
        RunSetting(
            "domain-randomize", \.domainRandomize, .choice, valueName: "switch",
            help: "Give each track colours of its own, as Gymnasium's domain_randomize does: off or"
                + " on (*)."),
        RunSetting(
            "precision", \.precision, .choice,
            help: "What V computes in when it drives: float32, or int8, which is faster (*)."),
        RunSetting(
            "max-steps", \.maximumSteps, .whole(1...1_000_000), valueName: "steps",
            help: "An episode's limit (*)."),
        RunSetting(
            "stop-after-steps-without-tile", \.patience, .whole(0...1_000_000, zero: "never"),
            valueName: "steps",
            help: "End a training episode after so many steps without a new tile; 0: never (*)."),
        RunSetting(
            "stop-after-steps-behind", \.stepsBehind, .whole(0...1_000_000, zero: "never"),
            valueName: "steps",
            help: "End a training episode that is so many steps behind the pace of the last"
                + " generation's best candidate; 0: never (*)."),
        RunSetting(
            "step-cap-factor", \.stepCapFactor, .whole(0...1000, zero: "no cap"),
            valueName: "factor",
            help: "Cap training episodes at this multiple of the last generation's mean; 0: no cap"
                + " (*)."),
        RunSetting(
            "evaluate-every", \.evaluateEvery, .whole(0...1_000_000, zero: "only at the end"),
            isFree: true, valueName: "generations",
            help: "Evaluate the distribution's mean so often; 0: only at the end (*)."),
        RunSetting(
            "evaluation-episodes", \.evaluationEpisodes, .whole(1...1_000_000),
            valueName: "tracks", help: "Tracks of an evaluation (*)."),
        RunSetting(
            "initial-controller", \.initialController, .digest(or: "zeros"), source: .file,
            valueName: "file",
            help: "Start the search from this controller instead of zeros; its form becomes the"
                + " run's, and how what it saw looked, unless --antialiasing and"
                + " --domain-randomize say otherwise."),
        RunSetting("vae-sha256", \.vae, .digest, source: .model(.vae)),
        RunSetting("mdrnn-sha256", \.mdrnn, .digest, source: .model(.mdrnn)),
        RunSetting("dream-starts-sha256", \.dreamStarts, .digest, source: .dreamStarts),
        RunSetting(
            "latent-size", \.latentSize, .whole(ModelSizes.latentLimits), source: .model(.vae)),
        RunSetting(
            "hidden-size", \.hiddenSize, .whole(ModelSizes.hiddenLimits), source: .model(.mdrnn)),
    ]
}
