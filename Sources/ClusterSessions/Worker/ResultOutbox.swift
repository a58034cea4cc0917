// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import Episodes
import Foundation

/// Results on their way to the coordinator, in the order of their ends: a recording's pieces come
/// before its result, and whole before anything else.
struct ResultOutbox: Sendable {
    private struct Item {
        var result: LeasedResult
        var file: Data?
    }

    private var items: [Item] = []
    /// How much of the first item's file has been sent.
    private var offset = 0
    /// Pieces sent so far: a worker that sends is not one that hangs.
    private(set) var sentPieces: UInt64 = 0

    var isEmpty: Bool { items.isEmpty }

    /// Leases whose results have not been sent.
    var leases: [UInt64] { items.map(\.result.lease) }

    /// Puts a finished episode at the end.
    ///
    /// - Parameters:
    ///   - finished: The episode; its ticket is the lease.
    ///   - seconds: What it took.
    ///   - coreSeconds: Its share of its core's time.
    ///   - core: Which core drove it.
    mutating func append(
        _ finished: FinishedEpisode, seconds: Double, coreSeconds: Double? = nil, core: Int = 0
    ) {
        var file = finished.file
        var report: LeasedResult.Report
        switch finished.outcome {
        case .success(var outcome):
            if let bytes = file {
                outcome.fileDigest = Array(SHA256.digest(bytes))
            }
            report = .outcome(outcome)
        case .failure(let failure): report = .failure(failure)
        }
        if let bytes = file, bytes.isEmpty || bytes.count > WireLimits.recordingBytes {
            report = .failure(
                EpisodeFailure(
                    "a recording of \(bytes.count) bytes; 1 to \(WireLimits.recordingBytes) travel")
            )
            file = nil
        }
        items.append(
            Item(
                result: LeasedResult(
                    lease: finished.ticket, report: report, seconds: seconds,
                    coreSeconds: coreSeconds, core: core),
                file: file))
    }

    /// What is to be sent now; nil when there is nothing.
    var next: WorkerMessage? {
        guard let first = items.first else { return nil }
        if let file = first.file, offset < file.count {
            let start = file.startIndex + offset
            let end = min(start + WireLimits.recordingChunkBytes, file.endIndex)
            return .recordingPiece(
                RecordingPiece(
                    lease: first.result.lease, offset: offset, total: file.count,
                    data: file[start..<end]))
        }
        return .results(items.prefix(readyCount).map(\.result))
    }

    /// Goes on to what comes next: what `next` gave has been sent.
    ///
    /// - Returns: The leases that are done with.
    mutating func advance() -> [UInt64] {
        guard let first = items.first else { return [] }
        if let file = first.file, offset < file.count {
            offset = min(offset + WireLimits.recordingChunkBytes, file.count)
            sentPieces += 1
            return []
        }
        let done = items.prefix(readyCount).map(\.result.lease)
        items.removeFirst(done.count)
        offset = 0
        return done
    }

    /// How many results can go in one message: the first, whose file has been sent where there is
    /// one, and those without a file behind it.
    private var readyCount: Int {
        let others = items.dropFirst().prefix(WireLimits.resultsInMessage - 1)
            .prefix { $0.file == nil }
        return 1 + others.count
    }

    /// Begins the first file anew: another connection knows nothing of what was sent.
    mutating func restart() {
        offset = 0
    }

    /// Lets go of everything.
    mutating func removeAll() {
        items = []
        offset = 0
    }
}
