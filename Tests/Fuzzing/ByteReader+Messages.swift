// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation

extension ByteReader {
    /// A message of a worker that takes part, or of somebody who asks.
    ///
    /// - Parameters:
    ///   - model: The SHA-256 of a model that is served.
    ///   - lease: The lease that a byte stands for.
    /// - Returns: Nil where it would be none.
    mutating func workerMessage(
        model: Data, lease: (UInt8) -> UInt64 = { UInt64($0) }
    ) -> WorkerMessage? {
        let kind = byte()
        switch kind {
        // What came with cores stands above the rest, whose bytes mean what they always did.
        case 252: return .statusRequest
        case 253:
            let host = number(below: 4)
            return .scale(
                host: [nil, "fuzz", "fuzz1"].dropFirst(host).first ?? text(),
                cores: 1 + number(below: 9))
        case 254:
            let core = number(below: 9)
            let seconds = Double(byte())
            return .coreLost(
                CoreLoss(core: core, seconds: seconds, leases: take(number(below: 9)).map(lease)))
        case 255:
            let progress = (0..<number(below: 6)).map { _ in word() }
            let sentPieces = word()
            let leases = take(number(below: 9)).map(lease)
            return .heartbeat(
                Heartbeat(
                    progress: progress, sentPieces: sentPieces, leases: leases,
                    capacity: number(below: 100), cores: 1 + number(below: 9),
                    wantedCores: 1 + number(below: 9)))
        default: return olderMessage(kind % 8, model: model, lease: lease)
        }
    }

    private mutating func olderMessage(
        _ kind: UInt8, model: Data, lease: (UInt8) -> UInt64
    ) -> WorkerMessage? {
        switch kind {
        case 0: return .ready(capacity: number(below: 100), cores: 1 + number(below: 9))
        case 1:
            let lease = lease(byte())
            let offset = number(below: 80)
            let data = Data(take(1 + number(below: 70)))
            guard !data.isEmpty else { return nil }
            return .recordingPiece(
                RecordingPiece(
                    lease: lease, offset: offset, total: offset + data.count + number(below: 8),
                    data: data))
        case 2:
            return .heartbeat(
                Heartbeat(
                    progress: [word()], leases: take(3).map(lease), capacity: number(below: 100),
                    cores: 1 + number(below: 9)))
        case 3: return .goodbye(reason: text())
        case 4: return .modelRequest(sha256: Data(take(32)), offset: word())
        case 5: return .modelRequest(sha256: model, offset: word())
        case 6:
            return .coreLost(
                CoreLoss(core: number(below: 9), seconds: 60, leases: take(3).map(lease)))
        default:
            var outcome = EpisodeOutcome(
                episodeReturn: Double(byte()), steps: number(below: 100),
                tilesVisited: number(below: 50), trackTiles: 50, end: .timeLimit)
            outcome.fileDigest = take(number(below: 33))
            return .results([
                LeasedResult(
                    lease: lease(byte()), report: .outcome(outcome), seconds: 1,
                    core: outcome.steps % 5)
            ])
        }
    }

    /// Whose a connection is: one of two keys, in one of the three roles.
    mutating func origin() -> PeerOrigin {
        let key = ClientKey("key\(number(below: 2))")
        let roles: [ClientRole] = [.work, .look, .operate]
        return PeerOrigin(key: key, address: "10.0.0.1", role: roles[number(below: 3)])
    }

    /// What a coordinator that stops says of the time after.
    mutating func farewell() -> Farewell {
        let farewells: [Farewell] = [.answered, .paused, .finished, .failed]
        return farewells[number(below: 4)]
    }
}
