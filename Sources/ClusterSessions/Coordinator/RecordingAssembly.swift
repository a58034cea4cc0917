// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import Foundation

/// Puts recordings together from their pieces.
///
/// A peer sends one file after another, so there is never more than one of each in the making: the
/// memory is bounded by the peers that hold leases, whatever they send.
struct RecordingAssembly: Sendable {
    /// What is wrong with a piece or with a file.
    enum Fault: Error, Equatable, CustomStringConvertible {
        /// Nothing is recorded here.
        case notAsked
        /// The file is longer than an episode's can be.
        case tooLong(Int, limit: Int)
        /// The piece continues nothing that is here.
        case gap(offset: Int, have: Int)
        /// The result came without its whole file.
        case missing
        /// The file's SHA-256 is not that of the result.
        case digest

        var description: String {
            switch self {
            case .notAsked: "a recording where rollouts are driven"
            case .tooLong(let bytes, let limit):
                "a recording of \(bytes) bytes, where \(limit) are the most"
            case .gap(let offset, let have):
                "a piece of a recording at \(offset), where \(have) bytes have come"
            case .missing: "a result without its whole recording"
            case .digest: "a recording that does not have the SHA-256 of its result"
            }
        }
    }

    private struct Partial {
        var lease: UInt64
        var total: Int
        var data: Data
    }

    private var partials: [PeerIdentifier: Partial] = [:]
    private let limit: Int

    /// Nothing yet.
    ///
    /// - Parameter limit: The longest file in bytes; 0 where nothing is recorded.
    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes of files in the making.
    var byteCount: Int { partials.values.reduce(0) { $0 + $1.data.count } }

    /// Takes the next piece of a peer's file; one at offset 0 begins a file, and ends another.
    ///
    /// - Parameters:
    ///   - piece: The piece, validated.
    ///   - peer: Who sent it.
    /// - Throws: `Fault`; what had come of the file is gone then.
    mutating func take(
        _ piece: RecordingPiece, from peer: PeerIdentifier
    ) throws(Fault) {
        if let fault = fault(of: piece, after: partials[peer]) {
            partials[peer] = nil
            throw fault
        }
        if piece.offset == 0 {
            partials[peer] = Partial(lease: piece.lease, total: piece.total, data: Data())
        }
        // In its place: a copy a piece would cost more than the network.
        partials[peer]?.data.append(piece.data)
    }

    private func fault(of piece: RecordingPiece, after partial: Partial?) -> Fault? {
        guard limit > 0 else { return .notAsked }
        guard piece.total <= limit else { return .tooLong(piece.total, limit: limit) }
        if piece.offset == 0 { return nil }
        guard let partial, partial.lease == piece.lease, partial.total == piece.total,
            partial.data.count == piece.offset
        else { return .gap(offset: piece.offset, have: partial?.data.count ?? 0) }
        return nil
    }

    /// Hands over the file that a result speaks of.
    ///
    /// - Parameters:
    ///   - lease: The result's lease.
    ///   - digest: The SHA-256 it names; empty for none.
    ///   - peer: Who sent it.
    /// - Returns: The file; nil where nothing is recorded, as the result says as well.
    /// - Throws: `Fault`; what had come of the file is gone then.
    mutating func finish(
        _ lease: UInt64, digest: [UInt8], from peer: PeerIdentifier
    ) throws(Fault) -> Data? {
        guard limit > 0 else {
            if digest.isEmpty { return nil }
            throw .notAsked
        }
        guard let partial = partials.removeValue(forKey: peer), partial.lease == lease,
            partial.data.count == partial.total
        else { throw .missing }
        guard SHA256.digest(partial.data).elementsEqual(digest) else { throw .digest }
        return partial.data
    }

    /// Forgets the files whose peer or lease is gone.
    ///
    /// - Parameter isWanted: Whether a peer's lease is still of use.
    mutating func keep(where isWanted: (PeerIdentifier, UInt64) -> Bool) {
        guard !partials.isEmpty else { return }
        partials = partials.filter { isWanted($0.key, $0.value.lease) }
    }
}
