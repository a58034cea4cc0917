// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// Drives and dreams on one thread, as each episode says.
package final class DreamingEngine: EpisodeEngine {
    private let driving: any EpisodeEngine
    private let dreaming: DreamEngine
    private let slots: Int

    /// How many steps of dreams are made beside one of a drive, which takes as long as many.
    private static let dreamSteps = 16

    /// Joins two engines of equally many slots without episodes; together they take as many.
    package init(driving: any EpisodeEngine, dreaming: DreamEngine) {
        precondition(
            driving.freeSlots == dreaming.freeSlots,
            "engines of \(driving.freeSlots) and \(dreaming.freeSlots) episodes")
        self.driving = driving
        self.dreaming = dreaming
        slots = dreaming.freeSlots
    }

    private var driven: Int { slots - driving.freeSlots }
    private var dreamt: Int { slots - dreaming.freeSlots }

    package var freeSlots: Int { slots - driven - dreamt }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        if episode.dreamTemperature == nil {
            try driving.submit(episode, parameters: parameters, ticket: ticket)
        } else {
            try dreaming.submit(episode, parameters: parameters, ticket: ticket)
        }
    }

    /// Makes one step of every drive, and at least one of every dream.
    ///
    /// - Throws: What driving throws.
    package func step() throws {
        guard driven > 0 else { return dreaming.step() }
        try driving.step()
        var left = Self.dreamSteps
        while left > 0, dreaming.isBusy {
            dreaming.step()
            left -= 1
        }
    }

    package func takeFinished() -> [FinishedEpisode] {
        driving.takeFinished() + dreaming.takeFinished()
    }
}
