// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import Foundation

/// A client that speaks ZMTP by hand (ZeroMQ RFC 23), in plaintext, as no library would.
final class RawPeer {
    private let descriptor: Int32

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: tcp://127.0.0.1:PORT.
    ///   - greets: Whether it goes through the handshake; else it says nothing.
    /// - Throws: What speaks against the address or the connection.
    init(_ address: String, greets: Bool) throws {
        let port = try Endpoint(parsing: address, binding: false).port ?? 0
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
        guard greets else { return }
        _ = send(
            [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 0] + Array("NULL".utf8)
                + [UInt8](repeating: 0, count: 48))
        var greeting = [UInt8](repeating: 0, count: 64)
        _ = recv(descriptor, &greeting, 64, Int32(MSG_WAITALL))
        let ready =
            [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6]
            + Array("DEALER".utf8)
        _ = send([4, UInt8(ready.count)] + ready)
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes as they are; false once it was cut off.
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A frame of a message that goes on.
    static func frame(bytes: Int) -> [UInt8] {
        [3] + withUnsafeBytes(of: UInt64(bytes).bigEndian) { Array($0) }
            + [UInt8](repeating: 7, count: bytes)
    }

    /// Whether the other end has cut it off by now.
    var isCutOff: Bool {
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            // A greeting may lie before the end.
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return count == 0 || errno != EAGAIN }
        }
    }
}
