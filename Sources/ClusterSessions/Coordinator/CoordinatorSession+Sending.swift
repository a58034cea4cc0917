// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
import Episodes
package import Foundation

// What leaves.
extension CoordinatorSession {
    /// Hands episodes to a worker, in as many messages as it takes.
    ///
    /// - Parameters:
    ///   - assignments: The episodes; each names one of `vectors`, which may be the whole batch's.
    ///   - vectors: Parameters as `ParameterBits` has them; none where none are searched for.
    ///   - worker: To whom; nothing is sent to one that has no connection.
    package mutating func assign(
        _ assignments: [Assignments.Assignment], vectors: [Data], to worker: WorkerKey
    ) {
        guard let peer = workers[worker]?.peer else { return }
        var waiting = assignments[...]
        while !waiting.isEmpty {
            send(.assignments(Self.message(of: &waiting, vectors)), to: peer)
        }
    }

    /// Takes as many of some assignments as a message may hold, at least one.
    private static func message(
        of waiting: inout ArraySlice<Assignments.Assignment>, _ vectors: [Data]
    ) -> Assignments {
        var places: [Int: Int] = [:]
        var bytes = 0
        var message = Assignments()
        while var assignment = waiting.first,
            message.assignments.count < WireLimits.assignmentsInMessage
        {
            if !vectors.isEmpty {
                let vector = assignment.episode.vector
                let place = places[vector] ?? message.vectors.count
                if place == message.vectors.count {
                    bytes += vectors[vector].count
                    // An objective's may be large; what is beside them is small.
                    if bytes > WireLimits.bytesToWorker / 2, place > 0 { break }
                    places[vector] = place
                    message.vectors.append(vectors[vector])
                }
                assignment.episode.vector = place
            } else {
                assignment.episode.vector = 0
            }
            message.assignments.append(assignment)
            waiting.removeFirst()
        }
        return message
    }

    /// Answers who asked for the run's status.
    package mutating func answerStatus(_ status: ClusterStatus, to peer: PeerIdentifier) {
        send(.status(status), to: peer)
    }

    /// Tells all workers that the coordinator stops.
    ///
    /// - Parameters:
    ///   - farewell: What follows.
    ///   - reason: One line.
    package mutating func sayFarewell(_ farewell: Farewell, _ reason: String) {
        for peer in connectedPeers { send(.farewell(farewell, reason: reason), to: peer) }
    }

    mutating func refuse(_ peer: PeerIdentifier, _ reason: RefusalReason, _ text: String) {
        send(.refusal(reason, text), to: peer)
    }

    mutating func sendPiece(of sha256: Data, at offset: UInt64, to peer: PeerIdentifier) {
        guard let model = configuration.models.first(where: { $0.sha256 == sha256 }),
            offset < UInt64(model.data.count)
        else {
            malformed.add("a request for a model that is not served")
            return
        }
        let start = model.data.startIndex + Int(offset)
        let end = min(start + WireLimits.chunkBytes, model.data.endIndex)
        send(
            .modelPiece(sha256: sha256, offset: offset, data: model.data[start..<end]), to: peer)
    }

    mutating func send(
        _ message: CoordinatorMessage, to peer: PeerIdentifier, session: UInt64? = nil
    ) {
        let frame = CoordinatorFrame(
            message, run: configuration.run, session: session ?? peers[peer]?.session ?? 0)
        actions.append(.send(frame.encoded(), peer))
    }
}
