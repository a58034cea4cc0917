// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacing
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
            domainRandomize: settings.domainRandomize, actions: settings.mapping.actions,
            antialiasing: settings.antialiasing)
        self.init(
            LockstepEngine(
                cars,
                ControllerPolicy(
                    models, settings.form(with: models.sizes), isShared: false,
                    slots: environments),
                ScoreSink(), settings.plan))
    }

    /// Records files of a dataset, so many at once; `DrivingPolicy.controller` needs an agent.
    ///
    /// - Throws: `DrawingError` if no drawing context can be had.
    package convenience init(
        recording settings: RecordingSettings, agent: RecordingAgent?, environments: Int
    ) throws {
        let slots = environments
        let isControlled = settings.policy == .controller
        let actions = isControlled ? agent?.controller.mapping.actions : settings.actions
        let cars = try CarRacingSlots(
            count: slots, domainRandomize: settings.domainRandomize,
            actions: actions ?? .continuous, antialiasing: settings.antialiasing)
        let sink = FileSink(slots: slots)
        let plan = settings.plan
        switch (settings.policy, cars.actions) {
        case (.brownian, .continuous):
            self.init(LockstepEngine(cars, RandomWalk(.brownian, slots: slots), sink, plan))
        case (.brownian, .discrete):
            let walk = Discretised(RandomWalk(.brownian, slots: slots), slots: slots)
            self.init(LockstepEngine(cars, walk, sink, plan))
        case (.white, let actions):
            let noise: RandomWalk.Noise = actions == .continuous ? .white : .discrete
            self.init(LockstepEngine(cars, RandomWalk(noise, slots: slots), sink, plan))
        case (.driver, .continuous):
            self.init(LockstepEngine(cars, RoadFollower(of: cars), sink, plan))
        case (.driver, .discrete):
            let driver = Discretised(RoadFollower(of: cars), slots: slots)
            self.init(LockstepEngine(cars, driver, sink, plan))
        case (.explorer, .continuous):
            self.init(LockstepEngine(cars, Explorer(of: cars), sink, plan))
        case (.explorer, .discrete):
            let driver = Discretised(Explorer(of: cars), slots: slots)
            self.init(LockstepEngine(cars, driver, sink, plan))
        case (.controller, _):
            guard let agent else { preconditionFailure("a controller is to drive: which?") }
            let policy = ControllerPolicy(
                agent.models, agent.controller, isShared: true, slots: slots)
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

extension ControllerMapping {
    /// What a controller's actions are.
    package var actions: ActionSpace { self == .discrete ? .discrete : .continuous }
}

/// The V, M and C that drive for a dataset.
package typealias RecordingAgent = (models: FrozenModels, controller: ControllerParameters)
