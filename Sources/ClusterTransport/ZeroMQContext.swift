// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import Synchronization

/// A ZeroMQ context, ended by its owner or when its last socket's owner lets go of it.
///
/// Sendable without checks: a context may be used by any thread at any time (zmq_ctx_new(3)).
final class ZeroMQContext: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    private let isEnded = Atomic(false)

    /// Makes a context for a number of sockets, with some threads that move bytes.
    init(sockets: Int32 = 64, inputOutputThreads: Int32 = 1) throws(TransportError) {
        guard let pointer = zmq_ctx_new() else { throw .lastError("make a context") }
        zmq_ctx_set(pointer, ZMQ_MAX_SOCKETS, sockets)
        zmq_ctx_set(pointer, ZMQ_IO_THREADS, inputOutputThreads)
        // Else a message of some bytes keeps the 8 KiB alive that it was received in.
        zmq_ctx_set(pointer, CZMQ_ZERO_COPY_RECV, 0)
        // Linger is set on every socket; a context must never wait for ever at its end.
        zmq_ctx_set(pointer, ZMQ_BLOCKY, 0)
        self.pointer = pointer
    }

    deinit {
        end()
    }

    /// Waits until its sockets, all of them closed before, have let go of their addresses.
    func end() {
        guard !isEnded.exchange(true, ordering: .relaxed) else { return }
        zmq_ctx_term(pointer)
    }
}

extension TransportError {
    /// The error the last ZeroMQ call on this thread left.
    static func lastError(_ operation: String) -> TransportError {
        let code = czmq_last_error()
        return .zeroMQ(operation: operation, code: code, text: String(cString: zmq_strerror(code)))
    }
}
