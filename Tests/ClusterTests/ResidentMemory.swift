// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Rollouts

/// The memory of this process, which all tests that run beside one another share.
enum ResidentMemory {
    /// What is resident now, in MiB.
    static var now: Double { ProcessMemory.residentMiB ?? 0 }

    /// What stays of a growth: what other tests hold for a while goes when they end.
    ///
    /// - Parameters:
    ///   - before: What was resident before, in MiB.
    ///   - limit: A growth that is small enough not to wait for; the wait is a minute at most.
    /// - Returns: The growth in MiB.
    static func growth(since before: Double, below limit: Double) async -> Double {
        let end = ContinuousClock.now + .seconds(60)
        while now - before >= limit, ContinuousClock.now < end {
            ProcessMemory.giveBackFreed()
            await Task.yield()
        }
        return now - before
    }
}
