// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// Answers the requests of all connections.
final class Responder: Sendable {
    private let site: any ServedSite
    /// nil until the server knows its port: nobody can have connected to it on purpose before.
    private let gate = Mutex<RequestGate?>(nil)
    private let isSecure: Bool
    private let streams: StreamSlots
    private let patience: TimeAmount

    init(
        site: any ServedSite, isSecure: Bool, streams: Int, patience: Duration
    ) {
        self.site = site
        self.isSecure = isSecure
        self.streams = StreamSlots(streams)
        self.patience = .nanoseconds(Int64(patience / .nanoseconds(1)))
    }

    /// Begins to answer those whom a gate lets through.
    func open(_ gate: RequestGate) {
        self.gate.withLock { $0 = gate }
    }

    func respond(
        to request: Request, with writer: consuming ResponseWriter, over channel: any Channel
    ) async throws {
        let sender = Sender(
            isHead: request.method == .head, channel: channel, patience: patience)
        guard let gate = gate.withLock({ $0 }) else {
            try await sender.send(.failure(503, "the server starts"), with: writer)
            return
        }
        guard let target = RequestTarget(request.head.path ?? "") else {
            try await sender.send(.failure(400, "no such path"), with: writer)
            return
        }
        let facts = RequestFacts(request, target)
        switch gate.judge(facts) {
        case .refuse(let status, let reason):
            var answer = Answer.failure(status, reason)
            if status == 405 { answer.headers.append(("Allow", "GET, HEAD")) }
            if target.path.isEmpty { answer = Page.refusal(status, reason) }
            try await sender.send(answer, with: writer)
            // A body that nobody wants is not read.
            if facts.hasBody { channel.close(promise: nil) }
        case .enter:
            try await sender.send(Page.entered(gate, isSecure: isSecure), with: writer)
        case .answer:
            if facts.method == "POST" {
                let body = try await request.body.collect(upTo: RequestGate.bodyLimit)
                let answer = await site.take(target, body: Data(body.readableBytesView))
                try await sender.send(answer, with: writer)
            } else if target.path == ["api", "v1", "stream"],
                let feed = await site.stream(target)
            {
                defer { feed.close() }
                try await stream(feed, by: sender, with: writer)
            } else {
                let known = request.headers[.ifNoneMatch]
                let range = request.headers[.range]
                let answer = await site.answer(target, knowing: known)
                try await sender.send(answer, with: writer, knowing: known, range: range)
            }
        }
    }

    private func stream(
        _ feed: any EventSource, by sender: Sender, with writer: consuming ResponseWriter
    ) async throws {
        guard streams.take() else {
            var answer = Answer.failure(503, "too many pages look on already")
            answer.headers.append(("Retry-After", "10"))
            try await sender.send(answer, with: writer)
            return
        }
        defer { streams.give() }
        try await sender.stream(feed, with: writer)
    }
}

/// How many streams there may be.
private final class StreamSlots: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) {
        free = Mutex(count)
    }

    func take() -> Bool {
        free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    func give() { free.withLock { $0 += 1 } }
}

extension RequestFacts {
    /// Takes what a request says of itself.
    fileprivate init(_ request: Request, _ target: RequestTarget) {
        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        method = request.method.rawValue
        host = request.head.authority
        origin = header("Origin")
        site = header("Sec-Fetch-Site")
        isNavigation =
            header("Sec-Fetch-Mode") == "navigate" && header("Sec-Fetch-Dest") == "document"
        cookies = request.headers[values: .cookie]
        authorization = request.headers[.authorization]
        path = target.path
        token = target.query["token"]
        let length = request.headers[.contentLength] ?? "0"
        let isChunked = header("Transfer-Encoding") != nil
        hasBody = length != "0" || isChunked
        bodyLength = isChunked ? nil : Int(length)
        contentType = request.headers[.contentType]
    }
}
