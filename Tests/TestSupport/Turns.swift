// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization
package import Testing

/// Lets tests run a few at a time.
///
/// All tests of a run are begun at once. Those that start processes would share the cores with all
/// the others' processes, and whoever looks for something that lasts a second may look too late.
/// A test's time is that of its turn: what `timeLimit` counts has the waiting for it, too.
package struct Turns: TestTrait, SuiteTrait, TestScoping {
    private let limit: Duration

    fileprivate init(limit: Duration) { self.limit = limit }

    /// Twice the cores, since much of a test is waiting.
    private static let places = Places(max(4, 2 * ProcessInfo.processInfo.activeProcessorCount))

    package var isRecursive: Bool { true }

    package func scopeProvider(for test: Test, testCase: Test.Case?) -> Turns? {
        testCase == nil ? nil : self
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Self.places.take()
        defer { Self.places.give() }
        try await withoutActuallyEscaping(function) { function in
            try await withThrowingTaskGroup { group in
                group.addTask { try await function() }
                group.addTask { [limit] in
                    try await Task.sleep(for: limit)
                    Issue.record("not over within \(limit)")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}

extension Trait where Self == Turns {
    /// The tests run a few at a time beside all others that are marked so, each for so long at most.
    package static func inTurn(minutes: Int = 5) -> Self { Self(limit: .seconds(60 * minutes)) }
}

/// A number of places, given to those who wait in the order in which they came.
private final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
