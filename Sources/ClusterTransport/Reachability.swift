// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import Foundation
import Synchronization

/// Whether anybody can be reached at an endpoint; keys and protocols are not looked at.
package enum Reachability: Sendable, Equatable, CustomStringConvertible {
    /// Its host's name has no address, and why.
    case unknownHost(String)
    /// The host is there, and nobody listens at the port.
    case refused
    /// The network says that there is no way.
    case unreachable(String)
    /// Nothing came back in time.
    case silent
    /// Somebody listens.
    case open

    package var description: String {
        switch self {
        case .unknownHost(let problem): "its host's name has no address: \(problem)"
        case .refused: "its host is there, but nobody listens at the port"
        case .unreachable(let problem): problem
        case .silent: "its host does not answer, or a firewall is between"
        case .open: "somebody listens there, but no connection comes about"
        }
    }

    /// Looks up the host and knocks once at each of its addresses, until one opens.
    ///
    /// - Parameters:
    ///   - endpoint: Where.
    ///   - seconds: How long the caller waits at most; the name service may take longer.
    /// - Returns: What was found.
    package static func probe(_ endpoint: Endpoint, waitingAtMost seconds: Double) -> Reachability {
        let (answers, answer) = (Answer(), DispatchSemaphore(value: 0))
        Thread {
            answers.set(knock(at: endpoint, milliseconds: Int32(seconds * 1000)))
            answer.signal()
        }.start()
        _ = answer.wait(timeout: .now() + seconds)
        return answers.value
    }

    private static func knock(at endpoint: Endpoint, milliseconds: Int32) -> Reachability {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let host = endpoint.host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        let status = getaddrinfo(host, "\(endpoint.port ?? 0)", &hints, &list)
        guard status == 0 else { return .unknownHost(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var answer = Reachability.silent
        var next = list
        while let entry = next?.pointee {
            answer = knock(at: entry, milliseconds: milliseconds)
            if answer == .open { return answer }
            next = entry.ai_next
        }
        return answer
    }

    private static func knock(at entry: addrinfo, milliseconds: Int32) -> Reachability {
        let descriptor = socket(
            entry.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else {
            return .unreachable(String(cString: strerror(czmq_last_error())))
        }
        defer { _ = CZeroMQ.close(descriptor) }
        if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return .open }
        guard czmq_last_error() == EINPROGRESS else { return failure(czmq_last_error()) }
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&item, 1, milliseconds) > 0 else { return .silent }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? .open : failure(code)
    }

    private static func failure(_ code: Int32) -> Reachability {
        switch code {
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .silent
        default: .unreachable(String(cString: strerror(code)))
        }
    }
}

/// What a thread has found, for another that may have stopped waiting.
private final class Answer: Sendable {
    private let state = Mutex(Reachability.silent)

    var value: Reachability { state.withLock { $0 } }
    func set(_ value: Reachability) { state.withLock { $0 = value } }
}
