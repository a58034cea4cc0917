// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What CarRacing does with the car's doings: limits, rewards' thresholds, looks.
public struct Rules: Sendable, Hashable, Codable {
    /// The steps after which an episode is truncated; nil: never.
    public var timeLimit: Int?
    /// The share of tiles (0...1) that must be exceeded for crossing the start to end the lap.
    public var lapCompletePercent: Double
    /// Whether every episode draws its own colours from the track's stream.
    public var domainRandomize: Bool

    /// Gymnasium's defaults for CarRacing-v3.
    public init(
        timeLimit: Int? = 1000, lapCompletePercent: Double = 0.95, domainRandomize: Bool = false
    ) {
        precondition(timeLimit.map { $0 > 0 } ?? true, "a time limit of \(timeLimit ?? 0) steps")
        self.timeLimit = timeLimit
        self.lapCompletePercent = lapCompletePercent
        self.domainRandomize = domainRandomize
    }
}

/// The three controls of the car for one step.
public struct Action: Sendable, Hashable {
    /// The steering wheel, -1 (full left) to 1 (full right).
    public var steering: Double
    /// The gas, 0...1.
    public var gas: Double
    /// The brake, 0...1; from 0.9 on the wheels are blocked.
    public var brake: Double

    /// The controls for one step; out of range they act as if clipped, as in Gymnasium.
    public init(steering: Double, gas: Double, brake: Double) {
        self.steering = steering
        self.gas = gas
        self.brake = brake
    }

    /// The controls of one of the five discrete actions.
    public init(_ action: DiscreteAction) {
        switch action {
        case .nothing: self.init(steering: 0, gas: 0, brake: 0)
        case .right: self.init(steering: 0.6, gas: 0, brake: 0)
        case .left: self.init(steering: -0.6, gas: 0, brake: 0)
        case .gas: self.init(steering: 0, gas: 0.2, brake: 0)
        case .brake: self.init(steering: 0, gas: 0, brake: 0.8)
        }
    }

    /// The controls in single precision, as controllers give them and recordings keep them.
    public var single: SIMD3<Float> {
        SIMD3(Float(steering), Float(gas), Float(brake))
    }

    var isFinite: Bool { steering.isFinite && gas.isFinite && brake.isFinite }
}

/// Which actions an episode's driver has, as Gymnasium's option `continuous` says.
public enum ActionSpace: String, Sendable, Hashable, Codable, CaseIterable {
    /// Steering, gas and brake.
    case continuous
    /// The five of `DiscreteAction`.
    case discrete
}

/// The actions of Gymnasium's variant `continuous=False`, with its numbers.
public enum DiscreteAction: Int, Sendable, Hashable, Codable, CaseIterable {
    /// Rolls on.
    case nothing
    /// Steers right.
    case right
    /// Steers left.
    case left
    /// Accelerates.
    case gas
    /// Brakes.
    case brake

    /// The action that has these controls in single precision; nil: none of the five has.
    public init?(single controls: SIMD3<Float>) {
        guard let action = Self.allCases.first(where: { Action($0).single == controls }) else {
            return nil
        }
        self = action
    }
}

/// What a step brought.
public struct StepResult: Sendable, Hashable {
    /// Why an episode is over.
    public enum End: Sendable, Hashable {
        /// The lap is complete.
        case lapCompleted
        /// The car left the playfield.
        case leftPlayfield
        /// The time limit is reached, and nothing else happened in that step.
        case timeLimit
    }

    /// -0.1, 1000 / tiles for every tile first touched, or -100 for leaving the playfield.
    public var reward: Double
    /// Why the episode is over; nil if it goes on.
    public var end: End?

    /// What a step brought.
    public init(reward: Double, end: End? = nil) {
        self.reward = reward
        self.end = end
    }

    /// Whether the lap is complete or the car left the playfield.
    public var terminated: Bool { end == .lapCompleted || end == .leftPlayfield }

    /// Whether the time limit is reached.
    public var truncated: Bool { end == .timeLimit }
}

/// What can be wrong with what the environment is given.
public enum CarRacingError: Error, Hashable, CustomStringConvertible {
    /// A control is not a finite number.
    case actionNotFinite(Action)

    /// One line that names the fault and the remedy.
    public var description: String {
        switch self {
        case .actionNotFinite(let action):
            "action (\(action.steering), \(action.gas), \(action.brake)) is not finite: "
                + "give three finite numbers (steering, gas, brake)"
        }
    }
}
