// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation

/// Recordings on their way to the coordinator, one after the other: a file's pieces, then its result.
struct RecordingOutbox {
    private var items: [(result: WireResult, file: Data)] = []
    /// How much of the first file has been sent.
    private var offset = 0
    /// Pieces sent so far: a worker that sends is not one that hangs.
    private(set) var sentPieces: UInt64 = 0

    var isEmpty: Bool { items.isEmpty }

    /// Puts a recording at the end.
    ///
    /// - Parameters:
    ///   - result: Its result, to which the file's SHA-256 is added.
    ///   - file: The file, at least a byte.
    mutating func append(_ result: WireResult, _ file: Data) {
        var result = result
        result.recordingSha256 = SHA256.digest(file)
        items.append((result, file))
    }

    /// What is to be sent now; nil when there is nothing.
    var next: WireFromWorker.OneOf_Body? {
        guard let (result, file) = items.first else { return nil }
        guard offset < file.count else {
            var message = WireResults()
            message.results = [result]
            return .results(message)
        }
        let start = file.startIndex + offset
        var chunk = WireRecordingChunk()
        chunk.lease = result.lease
        chunk.offset = UInt64(offset)
        chunk.total = UInt64(file.count)
        chunk.data = file[start..<min(start + WireLimits.recordingChunkBytes, file.endIndex)]
        return .recordingChunk(chunk)
    }

    /// Goes on to the next piece.
    ///
    /// - Returns: The lease that is done with, where that was a result.
    mutating func advance() -> UInt64? {
        guard let (result, file) = items.first else { return nil }
        guard offset < file.count else {
            items.removeFirst()
            offset = 0
            return result.lease
        }
        offset = min(offset + WireLimits.recordingChunkBytes, file.count)
        sentPieces += 1
        return nil
    }

    /// Begins the first file anew: another connection knows nothing of what was sent.
    mutating func restart() {
        offset = 0
    }

    /// Lets go of everything.
    ///
    /// - Returns: The leases whose recordings are not sent any more.
    mutating func removeAll() -> [UInt64] {
        defer {
            items = []
            offset = 0
        }
        return items.map(\.result.lease)
    }
}
