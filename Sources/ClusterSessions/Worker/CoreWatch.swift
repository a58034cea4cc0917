// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Which of a worker's cores step, and which engine hangs.
struct CoreWatch: Sendable {
    private struct Core {
        var progress: UInt64 = 0
        /// When it last stepped, or had nothing to step on.
        var lastStep = 0.0
        var isBusy = false
    }

    private var cores: [Core] = []
    private var lastLook = 0.0
    /// Engines that were given up.
    private(set) var given = 0

    /// Steps of each core, as last told.
    var progress: [UInt64] { cores.map(\.progress) }

    /// How many cores are at work, or among the first so many, which are ready for it.
    func used(of target: Int) -> Int { target + cores.dropFirst(target).count(where: \.isBusy) }

    /// Looks at all cores.
    ///
    /// - Parameters:
    ///   - signs: How each is.
    ///   - now: The time; seconds.
    ///   - limit: Seconds without a step, with episodes in hand, after which a core hangs.
    /// - Returns: Those that hang, and for how long; each is to get another engine.
    mutating func look(
        _ signs: [WorkerSession.CoreSigns], at now: Double, limit: Double
    ) -> [(core: Int, seconds: Double)] {
        // A process that was stopped did not step either.
        let wasStopped = now - lastLook > 5
        lastLook = now
        while cores.count < signs.count { cores.append(Core(lastStep: now)) }
        var hanging: [(core: Int, seconds: Double)] = []
        for (core, sign) in signs.enumerated() {
            if !sign.isBusy || wasStopped || sign.progress != cores[core].progress {
                cores[core].lastStep = now
            }
            cores[core].progress = sign.progress
            cores[core].isBusy = sign.isBusy
            guard now - cores[core].lastStep > limit else { continue }
            hanging.append((core, now - cores[core].lastStep))
            cores[core].lastStep = now
            given += 1
        }
        return hanging
    }
}
