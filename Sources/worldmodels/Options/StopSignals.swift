// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM: the first asks for an orderly end, a second one ends at once.
final class StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let first: Box

    private final class Box: Sendable {
        let value = Mutex<Int32?>(nil)
    }

    /// Listens from now on; tells the first signal's name, once.
    init(onFirst: @escaping @Sendable (String) -> Void) {
        let box = Box()
        first = box
        let queue = DispatchQueue(label: "signals")
        sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isFirst = box.value.withLock { value in
                    defer { value = number }
                    return value == nil
                }
                if isFirst { onFirst(name) } else { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    /// The exit status that a shell gives a program that a signal ended; nil before any signal.
    var exitStatus: Int32? { first.value.withLock { $0.map { 128 + $0 } } }
}
