// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A server-sent event; its data have no line feed.
struct ServerSentEvent: Sendable, Hashable {
    var name: String
    var data: String
}

/// What a stream tells: what has changed, and from time to time that nothing has, by which a page
/// sees that it is still connected.
struct EventFeed: Sendable {
    /// What is so now.
    let current: @Sendable () async -> String?
    /// Between two looks.
    var interval: Duration = .seconds(1)
    /// Looks without a change before a sign of life.
    var patience = 5

    func events() -> AsyncStream<ServerSentEvent> {
        let (stream, sink) = AsyncStream.makeStream(
            of: ServerSentEvent.self, bufferingPolicy: .bufferingNewest(2))
        let task = Task {
            var last: String?
            var unchanged = 0
            while !Task.isCancelled {
                let now = await current()
                unchanged += 1
                if let now, now != last {
                    last = now
                    unchanged = 0
                    sink.yield(ServerSentEvent(name: "pulse", data: now))
                } else if unchanged >= patience {
                    unchanged = 0
                    sink.yield(ServerSentEvent(name: "beat", data: "{}"))
                }
                do { try await Task.sleep(for: interval) } catch { break }
            }
            sink.finish()
        }
        sink.onTermination = { _ in task.cancel() }
        return stream
    }
}
