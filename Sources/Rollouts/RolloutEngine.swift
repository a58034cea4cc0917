// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
public import CarRacingRendering
import SeededRandom
public import WorldModel

/// Drives many episodes in lockstep on one thread: all are drawn, then encoded, then controlled,
/// then moved.
///
/// An outcome depends on the models, the settings and the task alone: neither on the number of
/// environments, nor on what else is driven or was driven before. The engine belongs to the thread
/// that made it, since its drawing context does.
public final class RolloutEngine {
    /// What all episodes have in common.
    public let settings: RolloutSettings
    /// How many episodes are driven at once.
    public let environments: Int
    /// Where the time went so far.
    public private(set) var times = StepTimes()

    private let models: FrozenModels
    private let environment: VectorEnvironment
    private let states: RecurrentCell.States
    private let controllers: ControllerBank
    private let scratch: Encoder.Scratch
    private let encoded: UnsafeMutablePointer<Float>
    private let images: UnsafeMutablePointer<UnsafePointer<UInt8>>
    /// The slots with an episode, then those without; `activeCount` parts them.
    private let order: UnsafeMutablePointer<Int>
    private let slots: UnsafeMutablePointer<Slot>
    private var activeCount = 0
    private var outcomes: [RolloutOutcome] = []
    private var lastStepEnd: Double?

    /// Told the task's identifier and the action of every episode at every step; for tests.
    var onAction: ((UInt64, UnsafePointer<Float>) -> Void)?

    /// An episode's progress.
    ///
    /// It holds no reference, so that writing to it costs nothing else.
    private struct Slot {
        var id: UInt64 = 0
        var episodeReturn = 0.0
        var steps = 0
        var stepLimit = 0
        var isCapped = false
        var patience: Int?
        var tiles = 0
        var lastTileStep = 0
        var noise = PCG64(seed: 0)
        var end: RolloutEnd?
    }

    /// Makes the environments.
    ///
    /// - Parameters:
    ///   - models: V and M.
    ///   - settings: What all episodes have in common.
    ///   - environments: How many episodes are driven at once; 8 is a good number.
    ///   - drawing: The library that draws the observations.
    /// - Throws: `DrawingError` if no drawing context can be had.
    public init(
        models: FrozenModels, settings: RolloutSettings, environments: Int,
        drawing: DrawingLibrary = .osmesa
    ) throws {
        precondition(environments > 0, "an engine of \(environments) environments")
        self.models = models
        self.settings = settings
        self.environments = environments
        environment = try VectorEnvironment(
            count: environments, observationSize: .px64, rules: settings.rules,
            context: drawing)
        states = RecurrentCell.States(count: environments)
        controllers = ControllerBank(
            count: environments, inputs: settings.inputs, mapping: settings.mapping,
            kernels: models.kernels)
        scratch = Encoder.Scratch(for: models.encoder, capacity: environments)
        encoded = .allocate(capacity: environments * Encoder.outputSize)
        encoded.initialize(repeating: 0, count: environments * Encoder.outputSize)
        guard let pixels = environment.observations.baseAddress else {
            preconditionFailure("an environment without observations")
        }
        images = .allocate(capacity: environments)
        images.initialize(repeating: UnsafePointer(pixels), count: environments)
        order = .allocate(capacity: environments)
        order.initialize(repeating: 0, count: environments)
        for index in 0..<environments { order[index] = index }
        slots = .allocate(capacity: environments)
        slots.initialize(repeating: Slot(), count: environments)
        outcomes.reserveCapacity(2 * environments)
    }

    deinit {
        encoded.deallocate()
        images.deallocate()
        order.deallocate()
        slots.deallocate()
    }

    /// How many more tasks can be submitted now.
    public var freeSlots: Int { environments - activeCount }

    /// Begins an episode; it takes part from the next step on.
    ///
    /// - Parameter task: The episode; there must be a free slot.
    public func submit(_ task: RolloutTask) {
        precondition(freeSlots > 0, "a task for an engine with no free slot")
        precondition(task.stepCap.map { $0 > 0 } ?? true, "a cap of \(task.stepCap ?? 0) steps")
        let slot = order[activeCount]
        activeCount += 1
        let cap = task.stepCap ?? settings.timeLimit
        slots[slot] = Slot(
            id: task.id, stepLimit: min(cap, settings.timeLimit),
            isCapped: cap < settings.timeLimit,
            patience: task.isEvaluation ? nil : settings.stepsWithoutTile,
            noise: SeedStreams(root: task.trackSeed).generator("latent-noise"))
        states.reset(slot)
        controllers.set(slot, task.parameters)
        environment.reset(slot, trackSeed: task.trackSeed)
        slots[slot].tiles = environment.tilesVisited(slot)
    }

    /// Makes one step of every episode; without episodes it does nothing.
    ///
    /// - Throws: `DrawingError` if drawing fails.
    public func step() throws {
        guard activeCount > 0 else { return }
        let start = StepTimes.now()
        if let lastStepEnd { times.other += start - lastStepEnd }
        for place in 0..<activeCount { try environment.draw(order[place]) }
        let drawn = StepTimes.now()
        encode()
        let seen = StepTimes.now()
        for place in 0..<activeCount { controllers.act(order[place], states) }
        // M after the action but before the physics: it needs no more than z, a, h and c.
        models.recurrence.step(UnsafeBufferPointer(start: order, count: activeCount), states)
        let decided = StepTimes.now()
        for place in 0..<activeCount { move(order[place]) }
        let moved = StepTimes.now()
        times.steps += activeCount
        collect()
        let end = StepTimes.now()
        times.draw += drawn - start
        times.encode += seen - drawn
        times.control += decided - seen
        times.physics += moved - decided
        times.other += end - moved
        lastStepEnd = end
    }

    /// Hands over the outcomes of the episodes that have ended, in the order of their ends.
    public func takeOutcomes() -> [RolloutOutcome] {
        guard !outcomes.isEmpty else { return [] }
        defer { outcomes.removeAll(keepingCapacity: true) }
        return Array(outcomes)
    }

    /// Drives all of the tasks, as many at once as there are environments.
    ///
    /// - Parameter tasks: The episodes; the engine must be idle.
    /// - Returns: One outcome a task, in the tasks' order.
    /// - Throws: `DrawingError` if drawing fails.
    public func run(_ tasks: [RolloutTask]) throws -> [RolloutOutcome] {
        precondition(activeCount == 0, "\(activeCount) episodes are under way")
        var results = [RolloutOutcome?](repeating: nil, count: tasks.count)
        var next = 0
        var done = 0
        while done < tasks.count {
            while freeSlots > 0, next < tasks.count {
                var task = tasks[next]
                task.id = UInt64(next)
                submit(task)
                next += 1
            }
            try step()
            for var outcome in takeOutcomes() {
                let index = Int(outcome.id)
                outcome.id = tasks[index].id
                results[index] = outcome
                done += 1
            }
        }
        return results.compactMap { $0 }
    }

    /// z of every episode, into the row that C and M read.
    private func encode() {
        guard let pixels = environment.observations.baseAddress else { return }
        for place in 0..<activeCount {
            images[place] = UnsafePointer(pixels + order[place] * Encoder.imageBytes)
        }
        models.encoder.encode(
            UnsafeBufferPointer(start: images, count: activeCount), scratch: scratch, into: encoded)
        for place in 0..<activeCount {
            let slot = order[place]
            let mean = encoded + place * Encoder.outputSize
            let latent = states.latent(slot)
            switch settings.latent {
            case .mean:
                latent.update(from: mean, count: Encoder.latentSize)
            case .sampled:
                models.encoder.sample(mean, noise: &slots[slot].noise, into: latent)
            }
        }
    }

    /// Moves one car by its action.
    private func move(_ slot: Int) {
        let action = states.action(slot)
        onAction?(slots[slot].id, action)
        slots[slot].steps += 1
        let result: StepResult
        do {
            result = try environment.step(
                slot, steering: action[0], gas: action[1], brake: action[2])
        } catch {
            slots[slot].episodeReturn -= 100
            slots[slot].end = .actionNotFinite
            return
        }
        slots[slot].episodeReturn += result.reward
        let tiles = environment.tilesVisited(slot)
        if tiles > slots[slot].tiles {
            slots[slot].tiles = tiles
            slots[slot].lastTileStep = slots[slot].steps
        }
        if let end = RolloutEnd(of: result) {
            slots[slot].end = end
        } else if slots[slot].steps >= slots[slot].stepLimit {
            slots[slot].end = slots[slot].isCapped ? .stepCap : .timeLimit
        } else if let patience = slots[slot].patience,
            slots[slot].steps - slots[slot].lastTileStep >= patience
        {
            slots[slot].end = .noNewTile
        }
    }

    /// Takes the ended episodes out of the active ones.
    private func collect() {
        var place = 0
        while place < activeCount {
            let slot = order[place]
            guard let end = slots[slot].end else {
                place += 1
                continue
            }
            outcomes.append(
                RolloutOutcome(
                    id: slots[slot].id, episodeReturn: slots[slot].episodeReturn,
                    steps: slots[slot].steps, tilesVisited: slots[slot].tiles,
                    trackTiles: environment.trackTiles(slot), end: end))
            activeCount -= 1
            order[place] = order[activeCount]
            order[activeCount] = slot
        }
    }
}
