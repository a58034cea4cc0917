// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What the longest sound message may hold; anything beyond is refused before it costs much.
package enum WireLimits {
    /// Bytes of a message to the coordinator: results are small, and so are a recording's chunks.
    package static let bytesToCoordinator = 1 << 20
    /// Bytes of a message to a worker: a full batch of assignments, or a model's chunk.
    package static let bytesToWorker = 8 << 20
    /// Bytes of a model's chunk.
    package static let chunkBytes = 1 << 20
    /// Bytes of all models of a run: the largest of the paper's is under 20 MB.
    package static let modelBytes = 1 << 28
    /// Bytes of a recording's chunk: a slow link carries it in the time between two heartbeats.
    package static let recordingChunkBytes = 1 << 18
    /// Bytes of one recorded episode's file; 1,000 steps of frames that nothing compresses are 12 MB.
    package static let recordingBytes = 1 << 28
    /// Models of a run.
    package static let models = 16
    /// Bytes of the settings' JSON.
    package static let settingsBytes = 1 << 20
    /// Assignments in one message.
    package static let assignmentsInMessage = 256
    /// Results in one message.
    package static let resultsInMessage = 1024
    /// Tasks a worker may hold at once.
    package static let capacity = 1 << 15
    /// Cores of one worker.
    package static let cores = 1024
    /// Episodes that a worker runs at once on a core.
    package static let environments = 1024
    /// Words of a vector of parameters: a number in double precision is two.
    package static let parameters = 1 << 18
    /// UTF-8 bytes of a text for people: hosts, reasons, fingerprints.
    package static let textBytes = 1024
    /// Steps of an episode.
    package static let steps: UInt32 = 1_000_000
    /// Tiles of a track.
    package static let tiles: UInt32 = 100_000
    /// Numbers that an objective tells beside its value.
    package static let infoNumbers = 64
    /// UTF-8 bytes of such a number's name.
    package static let infoNameBytes = 64
    /// Bytes of a status answer's JSON.
    package static let statusBytes = bytesToWorker - (1 << 10)
    /// Workers listed in a status answer.
    package static let workersInStatus = 10_000
}
