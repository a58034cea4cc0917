// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport

/// A TCP connection that says what it is told, byte for byte, as no proper client would.
final class RawConnection: Sendable {
    private let descriptor: Int32

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        // Nothing here waits for ever, however slow the machine.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// Sends bytes; whether all were taken.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(
                    descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a text again and again; why that came to its end.
    func sendUntilRefused(_ text: String) -> Int32 {
        while send(text) {}
        return errno
    }

    /// What comes next, at most so many bytes; nil at the end or when nothing comes in time.
    func receive(_ count: Int = 65_536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        return read > 0 ? Array(bytes[..<read]) : nil
    }

    /// The next response: its head, and of its body as much as its length says.
    func response() -> RawResponse? {
        var bytes: [UInt8] = []
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = String(text[..<end.lowerBound])
                let response = RawResponse(head: head, body: "")
                let length = response.header("content-length").flatMap { Int($0) } ?? 0
                let start = head.utf8.count + 4
                while bytes.count < start + length {
                    guard let more = receive() else { break }
                    bytes += more
                }
                return RawResponse(
                    head: head,
                    body: String(decoding: bytes.dropFirst(start).prefix(length), as: UTF8.self))
            }
            guard let more = receive() else { return nil }
            bytes += more
        }
    }

    /// Asks and takes the response, on a thread that may wait.
    static func ask(
        _ port: Int, _ target: String, method: String = "GET", headers: [String] = [],
        host: String? = nil
    ) async throws -> RawResponse? {
        try await onThread {
            let connection = try RawConnection(port: port)
            let lines =
                ["\(method) \(target) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")"] + headers
            connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            return method == "HEAD" ? connection.head() : connection.response()
        }
    }

    /// The next response's head alone.
    func head() -> RawResponse? {
        var bytes: [UInt8] = []
        while let more = receive() {
            bytes += more
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                return RawResponse(
                    head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
            }
        }
        return nil
    }
}

struct RawResponse: Sendable {
    var head: String
    var body: String

    var status: Int {
        head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// A header's value; names are of any case.
    func header(_ name: String) -> String? {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == name
                ? parts[1].trimmingCharacters(in: .whitespaces) : nil
        }.first
    }

    /// The body as JSON's object.
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
}
