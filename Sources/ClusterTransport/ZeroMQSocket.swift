// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import ClusterProtocol

/// A ZeroMQ socket with its monitor: options, frames, errors as Swift has them.
///
/// It belongs to the thread that calls it.
final class ZeroMQSocket {
    let pointer: UnsafeMutableRawPointer
    private let context: ZeroMQContext
    private var isOpen = true

    init(_ kind: Int32, in context: ZeroMQContext) throws(TransportError) {
        guard let pointer = zmq_socket(context.pointer, kind) else {
            throw .lastError("make a socket")
        }
        self.pointer = pointer
        self.context = context
    }

    deinit {
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        zmq_close(pointer)
    }

    func set(_ option: Int32, _ value: Int32, _ name: String) throws(TransportError) {
        var value = value
        guard zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw .lastError("set \(name) to \(value)")
        }
    }

    func set(_ option: Int32, _ value: Int64, _ name: String) throws(TransportError) {
        var value = value
        guard zmq_setsockopt(pointer, option, &value, MemoryLayout<Int64>.size) == 0 else {
            throw .lastError("set \(name) to \(value)")
        }
    }

    func set(_ option: Int32, _ bytes: [UInt8], _ name: String) throws(TransportError) {
        let status = bytes.withUnsafeBytes {
            zmq_setsockopt(pointer, option, $0.baseAddress, $0.count)
        }
        // The value may be a secret: it stays out of the message.
        guard status == 0 else { throw .lastError("set \(name)") }
    }

    func bind(_ endpoint: Endpoint) throws(TransportError) {
        guard zmq_bind(pointer, endpoint.description) != 0 else { return }
        switch czmq_last_error() {
        case EADDRINUSE: throw .addressInUse(endpoint.description)
        case EADDRNOTAVAIL, ENODEV: throw .addressNotAvailable(endpoint.description)
        case EINVAL: throw .badEndpoint(endpoint.description, "is no address of a host")
        default: throw .lastError("listen on \(endpoint)")
        }
    }

    func connect(_ endpoint: String) throws(TransportError) {
        guard zmq_connect(pointer, endpoint) != 0 else { return }
        if czmq_last_error() == EINVAL {
            throw .badEndpoint(endpoint, "is no address of a host")
        }
        throw .lastError("connect to \(endpoint)")
    }

    /// The address it listens on, the port chosen if it was free to choose.
    var lastEndpoint: String {
        var text = [CChar](repeating: 0, count: 512)
        var length = text.count
        guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &text, &length) == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A received frame.
    struct Frame {
        var bytes: [UInt8]
        var hasMore: Bool
        /// The descriptor of the connection it came by; -1 if unknown, or not asked for.
        var source: Int32 = -1
        /// Who sent it, where that was asked for.
        var origin = PeerOrigin()
    }

    /// Takes a frame that is there; nil when none is.
    ///
    /// Where it came from is told on request alone: ZeroMQ looks that up by names each time.
    func receive(withOrigin: Bool = false) throws(TransportError) -> Frame? {
        var message = zmq_msg_t()
        zmq_msg_init(&message)
        defer { zmq_msg_close(&message) }
        while zmq_msg_recv(&message, pointer, ZMQ_DONTWAIT) < 0 {
            switch czmq_last_error() {
            case EINTR: continue
            case EAGAIN: return nil
            case ETERM, ENOTSOCK: throw .closed
            default: throw .lastError("receive")
            }
        }
        let bytes = Array(
            UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message)))
        var frame = Frame(bytes: bytes, hasMore: zmq_msg_more(&message) != 0)
        if withOrigin {
            frame.source = zmq_msg_get(&message, ZMQ_SRCFD)
            frame.origin = PeerOrigin(
                key: Self.property("User-Id", of: &message).map(ClientKey.init),
                address: Self.property("Peer-Address", of: &message))
        }
        return frame
    }

    private static func property(_ name: String, of message: inout zmq_msg_t) -> String? {
        guard let text = zmq_msg_gets(&message, name).map(String.init(cString:)), !text.isEmpty
        else { return nil }
        return text
    }

    /// Sends a frame; false when the peer is gone or its queue full.
    func send(_ bytes: [UInt8], more: Bool = false) throws(TransportError) -> Bool {
        let flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)
        while true {
            let sent = bytes.withUnsafeBytes {
                zmq_send(pointer, $0.baseAddress, $0.count, flags)
            }
            if sent >= 0 { return true }
            switch czmq_last_error() {
            case EINTR: continue
            case EAGAIN, EHOSTUNREACH: return false
            case ETERM, ENOTSOCK: throw .closed
            default: throw .lastError("send")
            }
        }
    }
}
