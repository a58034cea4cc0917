// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import SeededRandom
import WorldModel

/// The sequences of steps that M is trained on: windows of recordings, z drawn afresh.
///
/// From row t's latent and action M predicts row t+1's latent and row t's reward and termination.
/// The last row of a recording has no successor: there only reward and termination count.
struct SequenceSource {
    /// A window's recording and first step.
    private struct Window {
        let row: Int32
        let isLast: Bool
    }

    private let store: LatentStore
    private let steps: Int
    private let windows: [Window]

    /// The windows of so many steps of some of the store's recordings, begun every `stride` steps.
    init(_ store: LatentStore, paths: Set<String>, steps: Int, stride: Int) {
        self.store = store
        self.steps = steps
        var windows: [Window] = []
        for recording in store.index.recordings where paths.contains(recording.path) {
            let last = recording.length - steps
            guard last >= 0 else { continue }
            // Aligned to the recording's end, so that the termination is seen.
            for start in Swift.stride(from: last % stride, through: last, by: stride) {
                windows.append(
                    Window(row: Int32(recording.start + start), isLast: start == last))
            }
        }
        self.windows = windows
    }

    /// The number of windows.
    var count: Int { windows.count }

    /// Fills a batch with windows, drawing the latents by the seed of each window's index.
    func fill(
        _ batch: SequenceBatch, _ indices: ArraySlice<Int>, pool: WorkerPool,
        seeds: (Int) -> UInt64
    ) {
        batch.count = indices.count
        let latent = store.index.latent
        let first = indices.startIndex
        pool.run(indices.count) { sequence, _ in
            let window = indices[first + sequence]
            var generator = PCG64(seed: seeds(window))
            withUnsafeTemporaryAllocation(of: Float.self, capacity: (steps + 1) * latent) { noise in
                generator.fillNormal(noise)
                guard let noise = noise.baseAddress else { return }
                for step in 0...steps {
                    place(windows[window], step, sequence, noise + step * latent, batch)
                }
            }
        }
    }

    /// Writes one row of a window: its own step and, as the target, the step before it.
    private func place(
        _ window: Window, _ step: Int, _ sequence: Int, _ noise: UnsafePointer<Float>,
        _ batch: SequenceBatch
    ) {
        let latent = store.index.latent
        let actions = store.index.actions
        let row = sequence * steps + step
        if step == steps {
            batch.targetWeights.start[row - 1] = window.isLast ? 0 : 1
            if window.isLast {
                batch.targets.at((row - 1) * latent).update(repeating: 0, count: latent)
                return
            }
        }
        store.withRow(Int(window.row) + step) { source in
            if step > 0 {
                training_sample(
                    source, source + latent, noise, batch.targets.at((row - 1) * latent), latent)
            }
            guard step < steps else { return }
            if step == 0 {
                training_sample(
                    source, source + latent, noise, batch.latents.at(row * latent), latent)
            } else {
                batch.latents.at(row * latent).update(
                    from: batch.targets.at((row - 1) * latent), count: latent)
                batch.targetWeights.start[row - 1] = 1
            }
            let tail = source + 2 * latent
            batch.actions.at(row * actions).update(from: tail, count: actions)
            batch.rewards.start[row] = tail[actions]
            batch.terminals.start[row] = tail[actions + 1]
        }
    }
}
