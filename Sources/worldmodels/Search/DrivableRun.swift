// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore
import Runs
import Search

/// A run as a coordinator has it, whatever its candidates are tried on.
protocol DrivableRun: Sendable {
    var store: RunStore { get }
    var isNew: Bool { get }

    /// Searches until a limit is reached or the calling task is cancelled.
    func search(
        with service: any EpisodeService, limits: RunLimits,
        observe: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunEnding
}

extension OpenRun: DrivableRun {
    func search(
        with service: any EpisodeService, limits: RunLimits,
        observe: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunEnding {
        try await drive(with: service, limits: limits, observe: observe)
    }
}

extension ObjectiveRun: DrivableRun {
    func search(
        with service: any EpisodeService, limits: RunLimits,
        observe: @escaping @Sendable (RunEvent) -> Void
    ) async throws -> RunEnding {
        let file = BestSolutionFile(directory: store.directory, precision: plan.precision)
        return try await drive(
            with: service, limits: limits, saveSearch: { try file.write($0) }, observe: observe)
    }
}
