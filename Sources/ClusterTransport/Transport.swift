// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol

/// What a transport has to tell.
package enum TransportEvent: Sendable, Equatable {
    /// One frame from a peer, and where it came from.
    case message(PeerIdentifier, [UInt8], PeerOrigin = PeerOrigin())
    /// A peer's connection broke; further messages from it carry another name.
    case disconnected(PeerIdentifier)
    /// A connection came about (connecting side).
    case connected
    /// The connection broke, and is being tried again (connecting side).
    case connectionLost
    /// A peer failed the security handshake, did not speak the protocol, or took more than it may.
    case handshakeFailed(String)
    /// The list of clients has changed, or cannot be used; one line (listening side).
    case clientList(String, isFault: Bool)
}

/// One end of the wire: sends and receives whole messages, in order, without promising delivery.
///
/// A transport belongs to the thread that calls it; only its waker may be used from any other.
package protocol Transport: AnyObject {
    /// Where peers connect to, or what this end connects to, as ZeroMQ endpoint text.
    var address: String { get }
    /// The run that is to be at the other end; nil for any (connecting side).
    var run: String? { get }
    /// Interrupts `receive` from any thread.
    var waker: any TransportWaker { get }
    /// Waits for the next event.
    ///
    /// - Parameter seconds: How long, at most; 0 looks without waiting.
    /// - Returns: The event; nil after the time, or at once after a wake-up.
    /// - Throws: `TransportError` when the transport is of no more use.
    func receive(waitingAtMost seconds: Double) throws(TransportError) -> TransportEvent?
    /// Sends one message, without waiting.
    ///
    /// - Parameters:
    ///   - message: One frame.
    ///   - peer: To whom.
    /// - Returns: False when the peer is gone or its queue is full: the message is dropped.
    /// - Throws: `TransportError` when the transport is of no more use.
    func send(_ message: [UInt8], to peer: PeerIdentifier) throws(TransportError) -> Bool
    /// Why there is no connection, as far as a second's look tells; nil where that makes no sense.
    func diagnosis() -> String?
    /// Ends the connection and, after a pause, makes a new one; a listening end has none to end.
    func hangUp()
    /// Ends a peer's connection (listening side).
    func cutOff(_ peer: PeerIdentifier)
    /// Gives up the connection; what was sent is still given a moment to leave.
    func close()
}

extension Transport {
    package var run: String? { nil }
    package func hangUp() {}
    package func cutOff(_ peer: PeerIdentifier) {}
    package func diagnosis() -> String? { nil }
}

/// Interrupts a transport's `receive`.
package protocol TransportWaker: Sendable {
    /// Makes the current or next `receive` return.
    func wake()
}

/// Why there is no transport.
package enum TransportError: Error, Equatable, CustomStringConvertible {
    /// The text is no endpoint.
    case badEndpoint(String, String)
    /// The address is taken.
    case addressInUse(String)
    /// The address is none of this host's.
    case addressNotAvailable(String)
    /// The host's name has no address, and why.
    case unknownHost(String, String)
    /// ZeroMQ refused an operation.
    case zeroMQ(operation: String, code: Int32, text: String)
    /// The transport was closed.
    case closed
    /// Plaintext beyond loopback without being told so.
    case plaintext(String)

    package var description: String {
        switch self {
        case .badEndpoint(let endpoint, let problem):
            "\(endpoint): \(problem); an address looks like tcp://HOST:PORT"
        case .addressInUse(let endpoint):
            "\(endpoint): the port is in use; choose another, or * for a free one"
        case .addressNotAvailable(let endpoint):
            "\(endpoint): this host has no such address; use one of its own, or 0.0.0.0 for all"
        case .unknownHost(let host, let problem):
            "\(host): no address has this name: \(problem)"
        case .zeroMQ(let operation, let code, let text):
            "ZeroMQ cannot \(operation): \(text) (\(code))"
        case .closed:
            "the transport is closed"
        case .plaintext(let endpoint):
            "\(endpoint): beyond loopback keys are needed"
        }
    }
}
