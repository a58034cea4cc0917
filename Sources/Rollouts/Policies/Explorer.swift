// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
package import SeededRandom

/// The scripted driver with lapses, for an M that is to be dreamt in.
///
/// A driver who always does the right thing teaches M that cars stay on the road, whatever is done:
/// a controller that learns in such dreams steers as it likes. This one holds wrong controls for a
/// while, is too fast for bends, or turns the wheel too little or too far, and then finds its way back.
package struct Explorer: LockstepPolicy {
    /// What is wrong for a while.
    private enum Lapse {
        /// Nothing.
        case none
        /// Steering and pedals stay where they are: gas above 0, brake below.
        case held(steering: Double, pedals: Double)
        /// The gas stays down, whatever bend comes.
        case fast(gas: Double)
        /// The wheel is turned by so much of what is right.
        case steering(factor: Double)
    }

    /// What an episode's driver does now.
    private struct State {
        var stream = PCG64(seed: 0)
        var lapse = Lapse.none
        var steps = 0

        /// Goes on to the next lapse, or to none after one.
        mutating func change() {
            guard case .none = lapse else {
                lapse = .none
                steps = 20 + Int(stream.integer(below: 100))
                return
            }
            switch stream.integer(below: 3) {
            case 0:
                // Some go on for seconds, nearly straight: where no recording has a car that keeps at
                // full gas, M dreams roads on which that pays.
                let isLong = stream.integer(below: 3) == 0
                let wheel = stream.uniform(-1, 1)
                lapse = .held(
                    steering: isLong ? wheel * wheel * wheel : wheel,
                    pedals: stream.uniform(isLong ? -0.5 : -1, 1))
                steps =
                    isLong
                    ? 50 + Int(stream.integer(below: 150)) : 5 + Int(stream.integer(below: 40))
            case 1:
                lapse = .fast(gas: stream.uniform(0.4, 1))
                steps = 20 + Int(stream.integer(below: 80))
            default:
                lapse = .steering(factor: stream.uniform(-0.5, 2))
                steps = 10 + Int(stream.integer(below: 60))
            }
        }
    }

    private var follower: RoadFollower
    private var states: [State]

    /// Makes drivers that look into the cars they drive.
    package init(of cars: CarRacingSlots) {
        follower = RoadFollower(of: cars)
        states = [State](repeating: State(), count: cars.slots)
    }

    package mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
        var stream = stream
        let seed = stream.next()
        follower.begin(slot, parameters: parameters, stream: stream)
        var state = State(stream: PCG64(seed: seed))
        state.steps = Int(state.stream.integer(below: 100))
        states[slot] = state
    }

    package mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        follower.decide(slots, into: actions)
        for slot in slots {
            if states[slot].steps == 0 { states[slot].change() }
            states[slot].steps -= 1
            let action = actions + 3 * slot
            switch states[slot].lapse {
            case .none: break
            case .held(let steering, let pedals):
                action[0] = Float(steering)
                action[1] = Float(max(0, pedals))
                action[2] = Float(max(0, -pedals))
            case .fast(let gas):
                action[1] = Float(gas)
                action[2] = 0
            case .steering(let factor):
                action[0] = max(-1, min(1, Float(factor) * action[0]))
            }
        }
    }
}
