// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

extension EvolutionStrategy {
    /// A search's memory, which is known before it begins.
    public struct MemoryNeed: Sendable, Hashable, CustomStringConvertible {
        /// The form of the distribution.
        public let variant: Variant
        /// The number of variables, n.
        public let dimension: Int
        /// The candidates a generation, lambda.
        public let population: Int
        /// The bytes it takes at its largest, about.
        public let bytes: Double
        /// The bytes there are.
        public let available: Double
        /// The forms that would fit, and the bytes they take.
        public let fitting: [Fitting]

        /// A form that fits, and the bytes it takes.
        public struct Fitting: Sendable, Hashable {
            /// The form.
            public let variant: Variant
            /// Its bytes.
            public let bytes: Double
        }

        /// Whether there is enough.
        public var fits: Bool { bytes <= available }

        /// What it takes and what there is, for a person.
        public var description: String {
            let need =
                "the \(variant.rawValue) variant with \(dimension) variables and \(population) "
                + "candidates takes about \(MachineMemory.text(bytes)), and there are "
                + MachineMemory.text(available)
            guard !fits else { return need }
            guard let first = fitting.first else {
                return need + ": take fewer variables or a smaller population"
            }
            let others = fitting.dropFirst().map {
                " or \($0.variant.rawValue) (\(MachineMemory.text($0.bytes)))"
            }
            return need + ": take the variant \(first.variant.rawValue) "
                + "(\(MachineMemory.text(first.bytes)))" + others.joined()
        }
    }

    /// What a search of n variables and lambda candidates takes, and what would fit; nothing is
    /// allocated.
    ///
    /// `available` bytes are what this process may take where nothing else is said; the population
    /// is 4 + 3 ln n where it is nil. A caller that writes candidates down adds the bytes that each of
    /// their numbers takes.
    public static func memoryNeed(
        variant: Variant, dimension: Int, population: Int? = nil,
        factorisation: Factorisation = .automatic, bytesPerNumber: Double = 0,
        available: Double? = nil
    ) -> MemoryNeed {
        let population =
            population ?? StrategyParameters.defaultPopulation(dimension: max(1, dimension))
        func bytes(_ variant: Variant) -> Double {
            Self.bytes(variant, dimension, population, factorisation)
                + bytesPerNumber * Double(dimension) * Double(population)
        }
        let available = available ?? Double(MachineMemory.bytes)
        let fitting = Variant.allCases.filter {
            $0 != variant && bytes($0) <= available && !($0 == .limitedMemory && dimension < 2)
        }
        return MemoryNeed(
            variant: variant, dimension: dimension, population: population, bytes: bytes(variant),
            available: available,
            fitting: fitting.map { MemoryNeed.Fitting(variant: $0, bytes: bytes($0)) })
    }

    /// In doubles, since integers would overflow where it matters most.
    private static func bytes(
        _ variant: Variant, _ dimension: Int, _ population: Int, _ factorisation: Factorisation
    ) -> Double {
        let (n, lambda) = (Double(dimension), Double(population))
        let form: Double
        switch variant {
        case .full:
            let isCholesky: Bool =
                switch factorisation {
                case .automatic: dimension > Factorisation.automaticLimit
                case .eigensystem: false
                case .cholesky: true
                }
            // The covariance, its factor and the next factor; dsyevd's work takes two more.
            form = (isCholesky ? 3 : 5) * n * n
        case .separable:
            form = 4 * n
        case .limitedMemory:
            form = 2 * n * Double(LimitedMemoryTransformation.directionCount(dimension: dimension))
        }
        // The steps, the candidates and the update's weighted steps; a dozen vectors; the weights,
        // the costs and their order.
        return 8 * (form + 3 * n * lambda + 12 * n + 12 * lambda)
    }
}
