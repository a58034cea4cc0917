// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel
import Foundation
import Testing

@testable import WorldModelTraining

struct ScheduleTests {
    @Test func `the rate is halved after six bad epochs, as by PyTorch`() {
        var schedule = PlateauSchedule(rate: 1)
        // ReduceLROnPlateau(factor 0.5, patience 5) gives these rates after each epoch.
        let losses = [5.0, 4, 4, 4, 4, 4, 4, 4, 3, 2.9999, 3, 3, 3, 3, 3, 3]
        let rates = [
            1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25,
        ]
        for (loss, rate) in zip(losses, rates) {
            schedule.record(loss)
            #expect(schedule.rate == rate)
        }
    }

    @Test func `training stops after more bad epochs than are borne`() {
        var schedule = PlateauSchedule(rate: 1, stopPatience: 2)
        for loss in [-1.0, -1, -1] {
            schedule.record(loss)
            #expect(!schedule.shouldStop)
        }
        schedule.record(-1)
        #expect(schedule.shouldStop)
        schedule.record(-2)
        #expect(!schedule.shouldStop)
    }

    @Test func `a long gradient is shortened to the limit, a short one left`() {
        let gradient = FloatBuffer(70_000)
        gradient.start.update(repeating: 0.5, count: gradient.count)
        let pool = WorkerPool(threads: 2)
        let norm = GradientNorm.norm(gradient, pool: pool)
        #expect(abs(norm - 0.5 * 70_000.0.squareRoot()) < 1e-6)
        GradientNorm.clip(gradient, to: 2 * norm, pool: pool)
        #expect(gradient.start[69_999] == 0.5)
        #expect(GradientNorm.clip(gradient, to: 1, pool: pool) == norm)
        #expect(abs(GradientNorm.norm(gradient, pool: pool) - 1) < 1e-5)
    }

    @Test func `a pool runs each task once, whatever the threads`() {
        for threads in [1, 2, 5] {
            let pool = WorkerPool(threads: threads)
            for count in [0, 1, 3, 100] {
                let runs = FloatBuffer(count)
                pool.run(count) { task, thread in
                    precondition(thread < threads)
                    runs.start[task] += 1
                }
                #expect(runs.values == [Float](repeating: 1, count: count))
            }
        }
    }
}
