// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import WorldModel

/// An engine of cars, whoever drives and whatever is kept.
package final class CarRacingEngine: EpisodeEngine {
    private let engine: any EpisodeEngine
    private let advance: () throws -> Void
    private let elapsed: () -> StepTimes

    /// Hides the kinds of an engine.
    ///
    /// Its `step`, called through a protocol, would not be compiled for them; called from a closure
    /// that is made where they are known, it is.
    @inline(__always)
    private init<Policy: LockstepPolicy, Sink: LockstepSink>(
        _ engine: LockstepEngine<CarRacingSlots, Policy, Sink>
    ) {
        self.engine = engine
        advance = { try engine.step() }
        elapsed = { engine.times }
    }

    /// Drives controllers for their returns, so many at once; each episode brings its parameters.
    ///
    /// The models are of the settings' precision.
    ///
    /// - Throws: `DrawingError` if no drawing context can be had.
    package convenience init(
        scoring settings: RolloutSettings, models: FrozenModels, environments: Int
    ) throws {
        precondition(
            models.encoder.precision == settings.precision,
            "V in \(models.encoder.precision), settings with \(settings.precision)")
        let cars = try CarRacingSlots(
            count: environments, lapCompletePercent: settings.lapCompletePercent,
            antialiasing: settings.antialiasing)
        self.init(
            LockstepEngine(
                cars,
                ControllerPolicy(models, settings.form, isShared: false, slots: environments),
                ScoreSink(), settings.plan))
    }

    /// Records files of a dataset, so many at once; `DrivingPolicy.controller` needs an agent.
    ///
    /// - Throws: `DrawingError` if no drawing context can be had.
    package convenience init(
        recording settings: RecordingSettings, agent: RecordingAgent?, environments: Int
    ) throws {
        let cars = try CarRacingSlots(
            count: environments, antialiasing: settings.antialiasing)
        let sink = FileSink(slots: environments)
        let plan = settings.plan
        switch settings.policy {
        case .brownian:
            self.init(LockstepEngine(cars, RandomWalk(.brownian, slots: environments), sink, plan))
        case .white:
            self.init(LockstepEngine(cars, RandomWalk(.white, slots: environments), sink, plan))
        case .driver:
            self.init(LockstepEngine(cars, RoadFollower(of: cars), sink, plan))
        case .controller:
            guard let agent else { preconditionFailure("a controller is to drive: which?") }
            let policy = ControllerPolicy(
                agent.models, agent.controller, isShared: true, slots: environments)
            self.init(LockstepEngine(cars, policy, sink, plan))
        }
    }

    /// Where the time went so far.
    package var times: StepTimes { elapsed() }

    package var freeSlots: Int { engine.freeSlots }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        try engine.submit(episode, parameters: parameters, ticket: ticket)
    }

    package func step() throws { try advance() }

    package func takeFinished() -> [FinishedEpisode] { engine.takeFinished() }
}

/// The V, M and C that drive for a dataset.
package typealias RecordingAgent = (models: FrozenModels, controller: ControllerParameters)
