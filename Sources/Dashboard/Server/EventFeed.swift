// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A server-sent event; its data have no line feed.
struct ServerSentEvent: Sendable, Hashable {
    var name: String
    var data: String
}

/// What a stream tells.
protocol EventSource: Sendable {
    /// The events; each is made when it is asked for.
    func events() -> AsyncStream<ServerSentEvent>

    /// Nobody takes them any more.
    func close()
}

/// What a stream tells of a run: what has changed, and from time to time that nothing has, by which a page
/// sees that it is still connected.
struct EventFeed: EventSource {
    /// What is so now.
    let current: @Sendable () async -> String?
    /// Between two looks.
    var interval: Duration = .seconds(1)
    /// Looks without a change before a sign of life.
    var patience = 5

    func close() {}

    /// The events, each made when it is asked for: nothing waits for a slow reader, and no sign of life
    /// takes a change's place.
    func events() -> AsyncStream<ServerSentEvent> {
        let last = Mutex<String?>(nil)
        return AsyncStream {
            var unchanged = last.withLock { $0 == nil } ? 0 : 1
            while true {
                if unchanged > 0 {
                    do { try await Task.sleep(for: interval) } catch { return nil }
                }
                guard !Task.isCancelled else { return nil }
                let now = await current()
                let isNew = last.withLock { last in
                    defer { last = now ?? last }
                    return now != nil && now != last
                }
                if isNew, let now { return ServerSentEvent(name: "pulse", data: now) }
                if unchanged >= patience { return ServerSentEvent(name: "beat", data: "{}") }
                unchanged += 1
            }
        }
    }
}
