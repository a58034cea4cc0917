// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Objectives

/// One evaluation of a candidate.
public struct Evaluation: Sendable, Hashable {
    /// The candidate's variables, the bits that the search has.
    public var parameters: [Double]
    /// The generation, from 1.
    public var generation: Int
    /// The candidate's place in it, from 0.
    public var candidate: Int
    /// Which of the candidate's evaluations, from 0.
    public var repetition: Int
    /// The seed of whatever is random in it, of 32 bits; the same for all candidates of a generation.
    public var seed: UInt64

    /// Describes an evaluation.
    public init(
        parameters: [Double], generation: Int = 1, candidate: Int = 0, repetition: Int = 0,
        seed: UInt64 = 0
    ) {
        self.parameters = parameters
        self.generation = generation
        self.candidate = candidate
        self.repetition = repetition
        self.seed = seed
    }

    init(_ episode: Episode, _ parameters: [Double]) {
        self.init(
            parameters: parameters, generation: episode.name.generation,
            candidate: episode.name.candidate, repetition: episode.name.repetition,
            seed: episode.trackSeed)
    }
}

/// Gives an evaluation's cost; lower is better.
///
/// It is called on several threads at once. NaN stands for no value: the candidate ranks worst. What it
/// throws is a failure, which is tried again, where there are more workers on another one.
public typealias Objective = @Sendable (Evaluation) throws -> Double

/// Why a search or a worker cannot go on.
public struct SearchFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for a person.
    public let description: String

    init(_ description: String) { self.description = description }

    /// Does something whose errors are this package's own.
    static func wrapping<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch {
            throw Self.wrapped(error)
        }
    }

    /// An error as users of this library meet it.
    static func wrapped(_ error: any Error) -> any Error {
        error is CancellationError || error is SearchFailure ? error : SearchFailure("\(error)")
    }
}
