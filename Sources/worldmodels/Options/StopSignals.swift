// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatch
import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, a second one ends at once.
///
/// The process listens once, whatever its phases: a second listener's `signal(_:_:)` would take the
/// handler of the first away. The newest value is the one that is told.
struct StopSignals {
    private struct State {
        var first: Int32?
        var onFirst: (@Sendable (String) -> Void)?
    }

    private static let names: [Int32: String] = [
        SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP",
    ]
    private static let state = Mutex(State())
    /// Unsafe without risk: they are made once, and nothing uses them after that.
    nonisolated(unsafe) private static let sources: [any DispatchSourceSignal] = names.map {
        number, name in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(
            signal: number, queue: DispatchQueue(label: "signals"))
        source.setEventHandler { receive(number, name) }
        source.resume()
        return source
    }

    private static func receive(_ number: Int32, _ name: String) {
        let (isFirst, onFirst) = state.withLock { state in
            defer { state.first = number }
            return (state.first == nil, state.onFirst)
        }
        guard isFirst else { _exit(128 + number) }
        onFirst?(name)
    }

    /// Listens from now on.
    ///
    /// - Parameter onFirst: Told the first signal's name, once; at once if it has come in an earlier
    ///   phase.
    init(onFirst: @escaping @Sendable (String) -> Void) {
        let earlier = Self.state.withLock { state in
            state.onFirst = onFirst
            return state.first
        }
        _ = Self.sources
        if let earlier, let name = Self.names[earlier] { onFirst(name) }
    }

    /// The exit status that a shell gives a program that a signal ended; nil before any signal.
    var exitStatus: Int32? { Self.state.withLock { $0.first.map { 128 + $0 } } }
}
