// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore

extension RunLoop {
    /// The generation before one, where it was of the same kind, dreamt or driven: what was learned
    /// there of steps and returns holds for that kind alone.
    private func last(before generation: Int) throws -> GenerationRecord? {
        guard let last = try store.reader.lastGeneration(), last.generation == generation - 1,
            last.isDream == (plan.dreamTemperature(generation: generation) != nil)
        else { return nil }
        return last
    }

    /// The cap of a generation's episodes: a dream's own limit, or one from what is stored of the
    /// generation before: k (mean + 1), as `cap_time_mode` of hardmaru/estool has it with k = 2.
    func stepCap(generation: Int) throws -> Int? {
        var most = plan.maximumSteps
        if plan.dreamSteps > 0, plan.dreamTemperature(generation: generation) != nil {
            most = min(most, plan.dreamSteps)
        }
        var cap = most
        if plan.stepCapFactor > 0, let last = try last(before: generation) {
            let mean = Double(last.steps) / Double(last.rollouts)
            cap = min(cap, plan.stepCapFactor * Int(mean + 1))
        }
        return cap < plan.maximumSteps ? cap : nil
    }

    /// The pace that a generation's episodes must keep, that of the best candidate of the one before.
    ///
    /// The rule of generalised early stopping (Arza, Le Goff & Hart 2023, arXiv 2308.03574): what has
    /// not after t steps what the best had a grace period before that is given up. A lap's return
    /// grows evenly, so that the best one's curve is a straight line here, and one number of it is
    /// known on tracks that it never drove.
    func pace(generation: Int) throws -> Pace? {
        guard plan.stepsBehind > 0, try last(before: generation) != nil,
            let best = try store.reader.bestCandidate(generation: generation - 1)
        else { return nil }
        let driven = try store.reader.rollouts(generation: generation - 1, purpose: .training)
            .filter { $0.name.candidate == best.candidate }
        let steps = driven.reduce(0) { $0 + $1.outcome.steps }
        let perStep = driven.reduce(0) { $0 + $1.outcome.episodeReturn } / Double(steps)
        guard perStep > 0, perStep.isFinite else { return nil }
        return Pace(perStep: perStep, grace: plan.stepsBehind)
    }
}
