// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacing
package import CarRacingRendering
import Episodes

/// CarRacing with observations of 64x64 for an engine; time limits are the engine's.
package final class CarRacingSlots: LockstepEnvironment {
    package let slots: Int
    package let observationBytes = ObservationSize.px64.byteCount
    package let actionSize = 3
    package let observations: UnsafePointer<UInt8>
    /// What its drivers can do.
    package let actions: ActionSpace
    private let vector: VectorEnvironment

    /// Makes the cars, on the thread that will use them; a lap is complete where more than a share
    /// of the tiles was touched.
    ///
    /// With discrete actions the controls must be those of one of the five.
    ///
    /// - Throws: `DrawingError` if no drawing context can be had.
    package init(
        count: Int, lapCompletePercent: Double = 0.95, domainRandomize: Bool = false,
        actions: ActionSpace = .continuous, antialiasing: Antialiasing = .off,
        drawing: DrawingLibrary = .osmesa
    ) throws {
        vector = try VectorEnvironment(
            count: count, observationSize: .px64,
            rules: Rules(
                timeLimit: nil, lapCompletePercent: lapCompletePercent,
                domainRandomize: domainRandomize),
            antialiasing: antialiasing, context: drawing)
        guard let pixels = vector.observations.baseAddress else {
            preconditionFailure("an environment without observations")
        }
        observations = UnsafePointer(pixels)
        slots = count
        self.actions = actions
    }

    /// A car on its track, to look into.
    package func environment(_ slot: Int) -> CarRacingEnvironment { vector.environment(slot) }

    package func reset(_ slot: Int, seed: UInt64) { vector.reset(slot, trackSeed: seed) }

    package func draw(_ slot: Int) throws { try vector.draw(slot) }

    /// Moves a car; an action that is not finite costs as much as leaving the playfield.
    package func step(_ slot: Int, _ action: UnsafePointer<Float>) -> EnvironmentStep {
        do {
            let result =
                actions == .continuous
                ? try vector.step(slot, steering: action[0], gas: action[1], brake: action[2])
                : try vector.step(slot, Self.exact(SIMD3(action[0], action[1], action[2])))
            return EnvironmentStep(
                reward: result.reward, end: result.end.map { EpisodeEnd(of: $0) })
        } catch {
            return EnvironmentStep(reward: -100, end: .actionNotFinite)
        }
    }

    /// A discrete action's controls as Gymnasium has them, in double precision.
    private static func exact(_ controls: SIMD3<Float>) -> Action {
        if let action = DiscreteAction(single: controls) { return Action(action) }
        let action = Action(
            steering: Double(controls.x), gas: Double(controls.y), brake: Double(controls.z))
        precondition(!(controls.sum() * 0 == 0), "\(controls) is no discrete action")
        return action
    }

    package func visited(_ slot: Int) -> Int { vector.tilesVisited(slot) }

    package func total(_ slot: Int) -> Int { vector.trackTiles(slot) }
}

extension EpisodeEnd {
    /// CarRacing's ends are among those there are.
    init(of end: StepResult.End) {
        switch end {
        case .lapCompleted: self = .lapCompleted
        case .leftPlayfield: self = .leftPlayfield
        case .timeLimit: self = .timeLimit
        }
    }
}
