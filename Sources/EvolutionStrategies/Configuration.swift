// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension EvolutionStrategy {
    /// The form of the search distribution, which decides time and memory a generation.
    ///
    /// With n variables and lambda candidates.
    public enum Variant: String, Sendable, Hashable, Codable, CaseIterable {
        /// All n (n + 1) / 2 covariances: O(n^2) memory, O(lambda n^2) time.
        case full
        /// The n variances alone: O(n) memory, O(lambda n) time, adapted n / 3 times faster.
        case separable
        /// The identity changed by about 4 + 3 ln n directions (LM-MA-ES): for 10,000 and more.
        case limitedMemory = "limited-memory"
    }

    /// How a full covariance is turned into samples.
    public enum Factorisation: String, Sendable, Hashable, Codable, CaseIterable {
        /// The eigensystem for up to 128 variables, the Cholesky factor for more.
        case automatic
        /// Eigenvalues and eigenvectors (LAPACK's dsyevd), the textbook's way.
        case eigensystem
        /// The Cholesky factor (LAPACK's dpotrf), about twenty times cheaper in large dimensions.
        ///
        /// The step size's path then lives in the factor's coordinates (Krause, Arbones and Igel,
        /// 2016). Samples have the same distribution.
        case cholesky

        /// The variables from which on `automatic` means the Cholesky factor.
        public static let automaticLimit = 128

        /// The most variables of an eigensystem: dsyevd's work of 1 + 6 n + 2 n^2 numbers is counted
        /// in 32 bits.
        public static let eigensystemLimit = 32_766
    }

    /// Which candidates the mean moves by.
    public enum Recombination: String, Sendable, Hashable, Codable, CaseIterable {
        /// Towards the better half, as in Hansen's tutorial and in pycma.
        case betterHalf = "better-half"
        /// Towards the better half and away from the worse one (Arnold, 2006).
        ///
        /// For noisy costs of many variables; see `RecombinationWeights`.
        case all
    }

    /// How far mean and covariance go towards what a generation says.
    public enum LearningRates: String, Sendable, Hashable, Codable, CaseIterable {
        /// As far as it says, the usual strategy.
        case fixed
        /// Less far where the generations contradict one another (LRA-CMA-ES, Nomura, Akimoto and
        /// Ono, 2024), for noisy costs; of the separable variant.
        case adaptive
    }

    /// A box that candidates never leave.
    ///
    /// The search itself is unbounded: its points are folded into the box by a map that is the
    /// identity but for about 5 % next to each bound, as in pycma's default.
    public struct Bounds: Sendable, Hashable, Codable {
        /// The least value of each variable; minus infinity where there is none.
        public var lower: [Double]
        /// The greatest value of each variable; infinity where there is none.
        public var upper: [Double]

        /// A box.
        public init(lower: [Double], upper: [Double]) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// What a strategy is started with.
    public struct Configuration: Sendable, Hashable {
        /// Where the search starts; its count is the number of variables.
        public var initialMean: [Double]
        /// The initial step size: about a fourth of the range where the optimum may lie.
        public var initialSigma: Double
        /// The form of the search distribution.
        public var variant: Variant
        /// The number of candidates a generation, lambda; nil for 4 + 3 ln n.
        public var population: Int?
        /// The seed of all random draws: the same seed gives the same run, bit for bit.
        public var seed: UInt64
        /// Whether the worse half of the candidates takes part with negative weights.
        public var active: Bool
        /// Which candidates the mean moves by.
        public var recombination: Recombination
        /// How far mean and covariance go towards what a generation says.
        public var learningRates: LearningRates
        /// Multiples of sigma, one for each variable; nil for 1.
        public var initialDeviations: [Double]?
        /// The box that candidates never leave; nil for none.
        public var bounds: Bounds?
        /// How a full covariance is turned into samples.
        public var factorisation: Factorisation
        /// When the search is said to be over.
        public var stopping: StoppingCriteria
        /// How noisy costs are handled; nil to take them as they are.
        public var noise: NoiseHandling.Settings?
        /// The indices of the variables that are whole numbers in all candidates, from 0.
        public var integerVariables: [Int]
        /// The least standard deviation of each variable, step size included (pycma's minstd).
        ///
        /// Nil for none; an integer variable of which 0 is said gets the usual one.
        public var minimumDeviations: [Double]?

        /// A configuration with the usual defaults.
        public init(
            initialMean: [Double], initialSigma: Double, variant: Variant = .full,
            population: Int? = nil, seed: UInt64 = 1, active: Bool = true,
            recombination: Recombination = .betterHalf, learningRates: LearningRates = .fixed,
            initialDeviations: [Double]? = nil, bounds: Bounds? = nil,
            factorisation: Factorisation = .automatic,
            stopping: StoppingCriteria = StoppingCriteria(),
            noise: NoiseHandling.Settings? = nil, integerVariables: [Int] = [],
            minimumDeviations: [Double]? = nil
        ) {
            self.initialMean = initialMean
            self.initialSigma = initialSigma
            self.variant = variant
            self.population = population
            self.seed = seed
            self.active = active
            self.recombination = recombination
            self.learningRates = learningRates
            self.initialDeviations = initialDeviations
            self.bounds = bounds
            self.factorisation = factorisation
            self.stopping = stopping
            self.noise = noise
            self.integerVariables = integerVariables
            self.minimumDeviations = minimumDeviations
        }

        /// The most candidates of a generation.
        static let largestPopulation = 1 << 20

        /// The number of variables, n.
        public var dimension: Int { initialMean.count }

        /// The number of candidates a generation, given or by default.
        public var populationSize: Int {
            population
                ?? StrategyParameters.defaultPopulation(
                    dimension: dimension, integers: integerVariables.count)
        }

        /// Whether a full covariance is held as a Cholesky factor.
        public var usesCholesky: Bool {
            switch factorisation {
            case .automatic: dimension > Factorisation.automaticLimit
            case .eigensystem: false
            case .cholesky: true
            }
        }

        func validate() throws(EvolutionStrategyError) {
            try require(dimension >= 1, "initialMean", "it has no variables")
            try require(
                variant != .limitedMemory || dimension >= 2, "variant",
                "limited-memory needs 2 variables or more")
            try require(
                learningRates == .fixed || variant == .separable, "learningRates",
                "adaptive ones are those of the separable variant, not of \(variant.rawValue)")
            for (index, value) in initialMean.enumerated() {
                try require(value.isFinite, "initialMean", "variable \(index) is \(value)")
            }
            try require(
                initialSigma > 0 && initialSigma.isFinite, "initialSigma",
                "\(initialSigma) is not a positive number")
            try require(
                populationSize >= 4, "population", "\(populationSize) candidates are fewer than 4")
            let need = EvolutionStrategy.memoryNeed(
                variant: variant, dimension: dimension, population: populationSize,
                factorisation: factorisation)
            if !need.fits { throw .tooLarge(need) }
            try require(
                max(dimension, populationSize) <= Int(Int32.max), "population",
                "BLAS counts to \(Int32.max), not to \(max(dimension, populationSize))")
            try require(
                variant != .full || usesCholesky || dimension <= Factorisation.eigensystemLimit,
                "factorisation",
                "LAPACK makes eigensystems of up to \(Factorisation.eigensystemLimit) variables: "
                    + "take cholesky for \(dimension)")
            try require(
                populationSize <= Self.largestPopulation, "population",
                "\(populationSize) candidates are more than \(Self.largestPopulation)")
            if let deviations = initialDeviations {
                try require(
                    deviations.count == dimension, "initialDeviations",
                    "\(deviations.count) of them for \(dimension) variables")
                for (index, deviation) in deviations.enumerated() {
                    try require(
                        deviation > 0 && deviation.isFinite, "initialDeviations",
                        "variable \(index) has \(deviation), which is not positive")
                }
            }
            if let bounds { try validate(bounds) }
            try noise?.validate()
            try validateIntegers()
        }

        private func validate(_ bounds: Bounds) throws(EvolutionStrategyError) {
            try require(
                bounds.lower.count == dimension && bounds.upper.count == dimension, "bounds",
                "\(bounds.lower.count) lower and \(bounds.upper.count) upper bounds "
                    + "for \(dimension) variables")
            for (index, mean) in initialMean.enumerated() {
                let (low, high) = (bounds.lower[index], bounds.upper[index])
                try require(low < high, "bounds", "variable \(index) has \(low)...\(high)")
                try require(
                    mean >= low && mean <= high, "initialMean",
                    "variable \(index) is \(mean), outside of its bounds \(low)...\(high)")
            }
        }

        func require(
            _ holds: Bool, _ name: String, _ reason: @autoclosure () -> String
        ) throws(EvolutionStrategyError) {
            if !holds { throw .invalidSetting(name: name, reason: reason()) }
        }
    }
}
