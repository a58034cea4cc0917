// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Dispatch
import Foundation
import Synchronization
import TerminalOutput

/// SIGINT, SIGTERM and SIGHUP, of which a second one ends the process at once anywhere.
///
/// The first asks for an orderly end where there is something to bring in order, and ends at once
/// elsewhere. The same one again within a tenth of a second is no second one: GNU timeout sends its
/// signal to the program and then to the group that it is in.
///
/// The process listens once, from its start to its end, whatever its command and phases: in a thread
/// that does nothing else and waits for nobody. The newest value is the one that is told. Whatever
/// ends at once leaves no half-written files.
struct StopSignals {
    private struct State {
        var arrivals = SignalArrivals()
        var onFirst: (@Sendable (String) -> Void)?
        /// What the process returns where the first signal ends it at once; nil is by the signal.
        var status: Int32?
    }

    private static let names: [Int32: String] = [
        SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP",
    ]
    private static let state = Mutex(State())
    /// What is told may wait for a terminal that nobody reads, and the next signal must not.
    private static let queue = DispatchQueue(label: "first-signal")
    /// From the handler, which may do nothing but write, to the thread.
    private static let pipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }()

    /// Begins to listen; without a thread for it the signals stay as they are.
    ///
    /// What was started with SIGHUP ignored, as nohup does it, goes on ignoring it.
    ///
    /// - Returns: Whether there is a thread.
    static func listen() -> Bool {
        var thread = pthread_t()
        guard pipe.reading >= 0,
            pthread_create(&thread, nil, { _ in StopSignals.attend() }, nil) == 0
        else { return false }
        for number in names.keys {
            var action = sigaction()
            guard number != SIGHUP || sigaction(number, nil, &action) != 0 || !action.isIgnoring
            else { continue }
            action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let code = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(StopSignals.pipe.writing, &byte, 1)
                errno = code
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        return true
    }

    private static func attend() -> Never {
        while true {
            var byte: UInt8 = 0
            if read(pipe.reading, &byte, 1) == 1 { receive(Int32(byte)) }
        }
    }

    private static func receive(_ number: Int32) {
        let (meaning, onFirst, status) = state.withLock { state in
            (state.arrivals.receive(number, at: .now), state.onFirst, state.status)
        }
        switch meaning {
        case .echo: return
        case .second: endAtOnce(number, status: nil)
        case .first:
            guard let onFirst, let name = names[number] else { endAtOnce(number, status: status) }
            queue.async { onFirst(name) }
        }
    }

    /// Has the first signal end the process with a status of its own, where it ends it at once.
    static func setStatus(_ status: Int32?) {
        state.withLock { $0.status = status }
    }

    /// Ends as the signal would have ended the process, so that a shell's loop ends as well.
    private static func endAtOnce(_ number: Int32, status: Int32?) -> Never {
        RawTerminal.restore()
        UnfinishedFiles.removeAll {
            if let status { _exit(status) }
            signal(number, SIG_DFL)
            kill(getpid(), number)
            // The first process of a container is not ended by its own signals.
            _exit(128 + number)
        }
    }

    /// Asks to be told of the first signal, instead of the end at once.
    ///
    /// - Parameter onFirst: Told the first signal's name, once; at once if it has come in an earlier
    ///   phase.
    init(onFirst: @escaping @Sendable (String) -> Void) {
        let earlier = Self.state.withLock { state in
            state.onFirst = onFirst
            return state.arrivals.first
        }
        if let earlier, let name = Self.names[earlier] { onFirst(name) }
    }

    /// The exit status that a shell gives a program that a signal ended; nil before any signal.
    var exitStatus: Int32? { Self.state.withLock { $0.arrivals.first.map { 128 + $0 } } }
}

/// The signals that have come, of which a second one ends the process.
struct SignalArrivals {
    /// What one is.
    enum Meaning {
        case first
        /// The first one again, as GNU timeout sends it.
        case echo
        case second
    }

    /// The first one's number; nil: none has come.
    private(set) var first: Int32?
    private var time = ContinuousClock.now
    private static let echo = Duration.milliseconds(100)

    /// Takes note of one.
    mutating func receive(_ number: Int32, at now: ContinuousClock.Instant) -> Meaning {
        guard let first else {
            (first, time) = (number, now)
            return .first
        }
        return number == first && now - time < Self.echo ? .echo : .second
    }
}

extension sigaction {
    fileprivate var isIgnoring: Bool {
        unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
