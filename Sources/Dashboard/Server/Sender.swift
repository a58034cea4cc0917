// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Sends answers over one connection; one that does not take them in time is ended.
struct Sender {
    let isHead: Bool
    let channel: any Channel
    let patience: TimeAmount

    /// What is handed to the connection at once.
    private static let pieceSize = 1 << 16

    /// Sends an answer, or that what is asked for has not changed, or the range that is asked for.
    func send(
        _ answer: Answer, with writer: consuming ResponseWriter, knowing known: String? = nil,
        range: String? = nil
    ) async throws {
        var status = answer.status
        var headers = Self.headers(answer.type)
        for header in answer.headers { headers.set(header.name, header.value) }
        var body = answer.body
        if status == 200, answer.isKept {
            headers.set("ETag", answer.tag)
            headers.set("Cache-Control", "private, no-cache")
            if known == answer.tag {
                status = 304
                body = Data()
            } else if let part = ByteRange(range, of: body.count) {
                status = 206
                let (first, last) = (part.bytes.lowerBound, part.bytes.upperBound - 1)
                headers.set("Content-Range", "bytes \(first)-\(last)/\(body.count)")
                body = body.subdata(in: part.bytes)
            }
            headers.set("Accept-Ranges", "bytes")
        } else {
            headers.set("Cache-Control", "no-store")
        }
        if status != 304 { headers.set("Content-Length", "\(body.count)") }
        let head = HTTPResponse(
            status: .init(code: status), headerFields: headers)
        var deadline = endLater()
        var out = try await writer.writeHead(head)
        deadline.cancel()
        if !isHead {
            var rest = body[...]
            while !rest.isEmpty {
                deadline = endLater()
                try await out.write(ByteBuffer(bytes: rest.prefix(Self.pieceSize)))
                deadline.cancel()
                rest = rest.dropFirst(Self.pieceSize)
            }
        }
        deadline = endLater()
        try await out.finish(nil)
        deadline.cancel()
    }

    /// Sends events until whoever takes them goes.
    func stream(_ feed: any EventSource, with writer: consuming ResponseWriter) async throws {
        var headers = Self.headers("text/event-stream")
        headers.set("Cache-Control", "no-store")
        let head = HTTPResponse(status: .ok, headerFields: headers)
        var out = try await writer.writeHead(head)
        if isHead {
            try await out.finish(nil)
            return
        }
        try await out.write(ByteBuffer(string: "retry: 2000\n\n"))
        for await event in feed.events() {
            let text = "event: \(event.name)\ndata: \(event.data)\n\n"
            let deadline = endLater()
            defer { deadline.cancel() }
            try await out.write(ByteBuffer(string: text))
        }
        try await out.finish(nil)
    }

    private func endLater() -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: patience) { [channel] in
            channel.close(promise: nil)
        }
    }

    /// What every answer says: it is what it says it is, runs nothing from elsewhere, and is shown in
    /// no other page.
    private static func headers(_ type: String) -> HTTPFields {
        var headers = HTTPFields()
        headers.set("Content-Type", type)
        headers.set(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                + " media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'")
        headers.set("X-Content-Type-Options", "nosniff")
        headers.set("X-Frame-Options", "DENY")
        headers.set("Referrer-Policy", "no-referrer")
        headers.set("Cross-Origin-Resource-Policy", "same-origin")
        headers.set("Cross-Origin-Opener-Policy", "same-origin")
        return headers
    }
}

extension HTTPFields {
    /// Sets a header whose name is one.
    fileprivate mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}

/// The bytes that a player asks for.
struct ByteRange: Equatable {
    /// Which ones.
    let bytes: Range<Int>

    /// Reads a Range header of one range; nil for all else, for which the whole is an answer.
    init?(_ header: String?, of count: Int) {
        guard let header, header.hasPrefix("bytes="), count > 0 else { return nil }
        let sides = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count == 2, let first = Int(sides[0]), first >= 0, first < count else {
            return nil
        }
        guard let last = sides[1].isEmpty ? count - 1 : Int(sides[1]), last >= first else {
            return nil
        }
        bytes = first..<min(last, count - 1) + 1
    }
}
