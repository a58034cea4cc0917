// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacing
import Episodes
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import Rollouts

/// Other sizes of V and M, hidden layers, and Gymnasium's variants of the environment, in the engine.
struct VariantTests {
    private static let sizes = ModelSizes(latent: 13, hidden: 40)

    /// V and M of other sizes, with random weights.
    private static func models(
        _ kernels: Kernels = .best, _ precision: Precision = .float32
    ) throws -> FrozenModels {
        let (vae, mdrnn) = try parameters.get()
        return try FrozenModels(vae: vae, mdrnn: mdrnn, kernels: kernels, precision: precision)
    }

    private static let parameters = Result {
        var generator = PCG64(seed: 31)
        var vae = VAEParameters(randomFrom: &generator, sizes: VAESizes(latent: sizes.latent))
        vae.ranges = try ActivationRanges(
            of: vae, on: (0..<(2 * Encoder.imageBytes)).map { UInt8(truncatingIfNeeded: $0 &* 97) })
        let mdrnn = MDRNNParameters(
            randomFrom: &generator,
            sizes: MDRNNSizes(latent: sizes.latent, hidden: sizes.hidden, mixtures: 3))
        return (vae, mdrnn)
    }

    /// The bits of all actions by track, and the outcomes.
    private struct Trace: Equatable {
        var actions: [UInt64: [UInt32]] = [:]
        var outcomes: [UInt64: EpisodeOutcome] = [:]
    }

    private static func trace(
        _ settings: RolloutSettings, environments: Int, kernels: Kernels = .best
    ) throws -> Trace {
        let models = try models(kernels, settings.precision)
        let form = settings.form(with: models.sizes)
        let batch = Shared.batch(4, shape: form.shape, caps: [5, 7])
        let engine = LockstepEngine(
            try CarRacingSlots(
                count: environments, domainRandomize: settings.domainRandomize,
                actions: settings.mapping.actions),
            ControllerPolicy(models, form, isShared: false, slots: environments),
            ActionBits(slots: environments), settings.plan)
        var trace = Trace()
        var ended: [UInt64] = []
        var indices = batch.episodes.indices.makeIterator()
        try engine.drive(
            batch, next: { indices.next() },
            onFinished: {
                ended.append($0.episode.trackSeed)
                trace.outcomes[$0.episode.trackSeed] = try $0.outcome.get()
            })
        for (seed, actions) in zip(ended, engine.sink.finished) { trace.actions[seed] = actions }
        return trace
    }

    private static let variants = [
        RolloutSettings(latent: .sampled, timeLimit: 8),
        RolloutSettings(hiddenUnits: 9, timeLimit: 8, precision: .int8),
        RolloutSettings(
            mapping: .discrete, inputs: .latentCellHidden, hiddenUnits: 20, timeLimit: 8,
            domainRandomize: true),
        RolloutSettings(mapping: .linear, inputs: .latent, timeLimit: 8, domainRandomize: true),
    ]

    @Test(arguments: variants)
    func `neither the batch nor the form of the loops changes a bit`(
        settings: RolloutSettings
    ) throws {
        let told = try JSONDecoder().decode(
            RolloutSettings.self, from: JSONEncoder().encode(settings))
        #expect(told == settings)
        let alone = try Self.trace(settings, environments: 1)
        #expect(alone.outcomes.count == 4)
        #expect(try Self.trace(told, environments: 3) == alone)
        for unit in Kernels.VectorUnit.allCases {
            guard let kernels = Kernels(unit) else { continue }
            #expect(
                try Self.trace(settings, environments: 2, kernels: kernels) == alone,
                "\(kernels.name)")
        }
        // A worker, who has V and M and these settings alone, gives the same returns.
        let (vae, mdrnn) = try Self.parameters.get()
        let make = try CarRacingWork.engines(
            models: ["vae": vae.file().encoded(), "mdrnn": mdrnn.file().encoded()],
            work: .score(settings: JSONEncoder().encode(settings)))
        let engine = try make(2)
        let batch = Shared.batch(4, shape: settings.form(with: Self.sizes).shape, caps: [5, 7])
        for finished in try engine.run(batch) {
            #expect(
                try finished.outcome.get() == alone.outcomes[finished.episode.trackSeed])
        }
    }

    @Test func `what is not given changes nothing that workers are told`() throws {
        // As a coordinator without these settings tells it.
        let earlier = """
            {"antialiasing":"off","inputs":"zh","lapCompletePercent":0.95,"latent":"mean",\
            "mapping":"paper","precision":"float32","timeLimit":1000}
            """
        #expect(
            try JSONDecoder().decode(RolloutSettings.self, from: Data(earlier.utf8))
                == RolloutSettings())
        let recording = """
            {"antialiasing":"off","policy":"white","precision":"float32","seed":5,"steps":7}
            """
        #expect(
            try JSONDecoder().decode(RecordingSettings.self, from: Data(recording.utf8))
                == RecordingSettings(policy: .white, steps: 7, seed: 5))
        let tooMany = earlier.replacing("{\"anti", with: "{\"hiddenUnits\":1025,\"anti")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RolloutSettings.self, from: Data(tooMany.utf8))
        }
    }

    @Test func `cars of the variants are the environment's own`() throws {
        let cars = try CarRacingSlots(count: 1, domainRandomize: true, actions: .discrete)
        let expected = CarRacingEnvironment(
            rules: Rules(timeLimit: nil, domainRandomize: true), trackSeed: 9)
        cars.reset(0, seed: 9)
        let script: [DiscreteAction] = [.gas, .gas, .gas, .left, .gas, .right, .nothing, .brake]
        for step in 0..<120 {
            let action = script[step / 15 % script.count]
            let controls = Action(action).single
            let result = [controls.x, controls.y, controls.z].withUnsafeBufferPointer {
                $0.baseAddress.map { cars.step(0, $0) }
            }
            let other = try expected.step(Action(action))
            #expect(result?.reward == other.reward)
        }
        // In double precision, as in Gymnasium: 0.6 is not what it is as a Float.
        #expect(cars.environment(0).hull == expected.hull)
        #expect(expected.tilesVisited > 1)
        #expect(
            ControllerMapping.discreteControls == DiscreteAction.allCases.map { Action($0).single })
    }

    @Test(arguments: DrivingPolicy.allCases)
    func `recordings by discrete actions hold the five alone, the same however many at once`(
        policy: DrivingPolicy
    ) throws {
        let settings = RecordingSettings(
            policy: policy, steps: 40, seed: 5, domainRandomize: true, actions: .discrete)
        #expect(
            try JSONDecoder().decode(RecordingSettings.self, from: settings.encoded()) == settings)
        let models = try Self.models()
        let shape = ControllerShape(mapping: .discrete, sizes: models.sizes)
        let agent: RecordingAgent = (
            models,
            ControllerParameters(shape: shape, values: Shared.batch(1, shape: shape).vectors[0])
        )
        func record(_ environments: Int) throws -> [FinishedEpisode] {
            try CarRacingEngine(recording: settings, agent: agent, environments: environments).run(
                EpisodeBatch(
                    vectors: [],
                    episodes: (0..<3).map { Episode(name: .recording($0), trackSeed: 0) }))
        }
        let alone = try record(1)
        #expect(try record(3).map(\.file) == alone.map(\.file))
        let rules = OutcomeRules(settings)
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npz")
        defer { try? FileManager.default.removeItem(at: url) }
        var seen: Set<SIMD3<Float>> = []
        for finished in alone {
            // Who sends the file puts its digest in.
            var outcome = try finished.outcome.get()
            outcome.fileDigest = [1]
            #expect(rules.problem(with: outcome, of: finished.episode) == nil)
            try #require(finished.file).write(to: url)
            let rows = try RolloutFile(contentsOf: url)
            for row in 0..<rows.length {
                seen.insert(
                    SIMD3(
                        rows.actions[3 * row], rows.actions[3 * row + 1], rows.actions[3 * row + 2])
                )
            }
        }
        #expect(seen.isSubset(of: ControllerMapping.discreteControls))
        #expect(seen.count > (policy == .controller ? 0 : 1))
    }

    @Test func `a track in drawn colours is another track, and outcomes are held against that one`()
        throws
    {
        let settings = RolloutSettings(timeLimit: 5, domainRandomize: true)
        let models = try Shared.models.get()
        let batch = Shared.batch(6)
        let outcomes = try CarRacingEngine(scoring: settings, models: models, environments: 3)
            .run(batch).map { try $0.outcome.get() }
        var plain = settings
        plain.domainRandomize = false
        for (outcome, episode) in zip(outcomes, batch.episodes) {
            #expect(
                outcome.trackTiles
                    == Track(seed: episode.trackSeed, domainRandomize: true).nodes.count)
            #expect(OutcomeRules(settings).problem(with: outcome, of: episode) == nil)
        }
        let wrong = zip(outcomes, batch.episodes).filter {
            OutcomeRules(plain).problem(with: $0, of: $1) != nil
        }
        #expect(wrong.count > 3)
    }

    /// Wants the same controls at every step.
    private struct Constant: LockstepPolicy {
        static let usesObservations = false
        let controls: SIMD3<Float>

        mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) throws {}

        mutating func perceive(
            _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
        ) {}

        mutating func decide(
            _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
        ) {
            for slot in slots {
                for index in 0..<3 { actions[3 * slot + index] = controls[index] }
            }
        }
    }

    @Test func `five actions give in the long run what was wanted, each car what its own wants`() {
        let wanted = SIMD3<Float>(-0.12, 0.1, 0)
        var policy = Discretised(Constant(controls: wanted), slots: 3)
        var sum = SIMD3<Float>.zero
        var actions = [Float](repeating: .nan, count: 9)
        for _ in 0..<300 {
            actions.withUnsafeMutableBufferPointer { actions in
                [1].withUnsafeBufferPointer { slots in
                    actions.baseAddress.map { policy.decide(slots, into: $0) }
                }
            }
            let controls = SIMD3(actions[3], actions[4], actions[5])
            #expect(ControllerMapping.discreteControls.contains(controls))
            sum += controls
        }
        for index in 0..<3 { #expect(abs(sum[index] / 300 - wanted[index]) < 0.01, "\(sum)") }
        #expect(actions[0].isNaN && actions[8].isNaN)
    }

    @Test func `a road follower drives on with five actions`() throws {
        let cars = try CarRacingSlots(count: 1, actions: .discrete)
        let engine = LockstepEngine(
            cars, Discretised(RoadFollower(of: cars, speed: 60), slots: 1), ScoreSink(),
            EpisodePlan(timeLimit: 400))
        let outcome = try engine.show(trackSeed: 3)
        #expect(outcome.tilesVisited > 30, "\(outcome)")
    }
}
