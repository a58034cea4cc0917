// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
package import Foundation
import SeededRandom
import WorldModel

/// A recorded episode.
package struct RecordedEpisode: Sendable {
    /// What its submission was named by.
    package var id: UInt64
    /// The bytes of its .npz file.
    package var file: Data
    /// The sum of the rewards.
    package var episodeReturn: Double
    /// Rows of the file.
    package var steps: Int
    /// How many of the track's tiles were touched.
    package var tilesVisited: Int
    /// How many tiles the track has.
    package var trackTiles: Int
    /// How the episode ended.
    package var end: RolloutEnd
}

/// Records episodes of a dataset, several in lockstep on one thread.
///
/// A file depends on the dataset's description and its index alone, not on what else is recorded.
/// It belongs to the thread that made it, since its drawing context does.
package final class EpisodeRecorder {
    /// An episode under way.
    private struct Slot {
        var id: UInt64
        var writer: RolloutWriter
        var episodeReturn = 0.0
    }

    private let dataset: DatasetRecorder
    private let environment: VectorEnvironment
    private var drivers: [any Driver]
    private var slots: [Slot?]
    private var ended: [Result<RecordedEpisode, Failure>] = []

    /// Why an episode could not be recorded.
    package struct Failure: Error, CustomStringConvertible {
        /// What its submission was named by.
        package var id: UInt64
        /// What the environment said.
        var cause: any Error

        /// One line.
        package var description: String { "\(cause)" }
    }

    /// Makes the environments.
    ///
    /// - Parameters:
    ///   - dataset: What is recorded.
    ///   - environments: How many episodes are driven at once.
    /// - Throws: `DrawingError` if no drawing context can be had.
    package init(_ dataset: DatasetRecorder, environments: Int) throws {
        self.dataset = dataset
        environment = try VectorEnvironment(
            count: environments, observationSize: .px64, rules: Rules(timeLimit: nil))
        drivers = (0..<environments).map { _ in dataset.makeDriver() }
        slots = [Slot?](repeating: nil, count: environments)
    }

    /// How many more episodes can be submitted now.
    package var freeSlots: Int { slots.count { $0 == nil } }

    /// Begins an episode.
    ///
    /// - Parameters:
    ///   - index: The file's index in the dataset, at least 0; there must be a free slot.
    ///   - id: What its recording is recognised by.
    /// - Throws: Nothing; writing might, elsewhere than in memory.
    package func submit(_ index: Int, id: UInt64) throws {
        guard let slot = slots.firstIndex(where: { $0 == nil }) else {
            preconditionFailure("an episode for a recorder with no free slot")
        }
        let streams = SeedStreams(root: dataset.seed)
        // The top bit is for tracks of evaluations.
        environment.reset(
            slot, trackSeed: streams.seed("dataset-tracks", UInt64(index)) & ~(1 << 63))
        drivers[slot].begin(streams.generator("dataset-driver", UInt64(index)))
        slots[slot] = Slot(id: id, writer: try RolloutWriter())
    }

    /// Makes one step of every episode.
    ///
    /// - Throws: `DrawingError` if drawing fails.
    package func step() throws {
        for slot in slots.indices where slots[slot] != nil { try step(slot) }
    }

    /// The episodes that ended since the last call, in the order of their ends.
    package func takeEnded() -> [Result<RecordedEpisode, Failure>] {
        defer { ended = [] }
        return ended
    }

    private func step(_ slot: Int) throws {
        try environment.draw(slot)
        let picture = environment.observation(slot)
        guard let pixels = picture.baseAddress, let writer = slots[slot]?.writer else {
            preconditionFailure("an environment without observations")
        }
        let action = drivers[slot].act(
            observation: pixels, environment: environment.environment(slot))
        let result: StepResult
        do {
            result = try environment.step(
                slot, steering: action.x, gas: action.y, brake: action.z)
        } catch {
            end(slot, .failure(error))
            return
        }
        slots[slot]?.episodeReturn += result.reward
        try writer.append(
            observation: UnsafeRawBufferPointer(picture), action: action,
            reward: Float(result.reward), isTerminal: result.terminated)
        if let reason = RolloutEnd(of: result) {
            end(slot, .success((try writer.finish(), reason)))
        } else if writer.length >= dataset.steps {
            end(slot, .success((try writer.finish(), .timeLimit)))
        }
    }

    private func end(_ slot: Int, _ result: Result<(file: Data, end: RolloutEnd), any Error>) {
        guard let episode = slots[slot] else { return }
        slots[slot] = nil
        ended.append(
            result.mapError { Failure(id: episode.id, cause: $0) }.map { file, end in
                RecordedEpisode(
                    id: episode.id, file: file, episodeReturn: episode.episodeReturn,
                    steps: episode.writer.length, tilesVisited: environment.tilesVisited(slot),
                    trackTiles: environment.trackTiles(slot), end: end)
            })
    }
}
