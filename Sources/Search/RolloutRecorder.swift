// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatch
import Episodes
import Foundation
import RunStore
import Synchronization

/// Stores results as they arrive, without making whoever brings them wait for the disk.
///
/// While one batch is being written the next one gathers, so that a few results a second are each
/// written at once and thousands share a transaction. After a failure (a full disk) nothing more
/// is accepted: the next result is told why.
final class RolloutRecorder: Sendable {
    private struct State {
        var waiting: [EpisodeResult] = []
        var writing = false
        var failure: (any Error)?
    }

    private let store: RunStore
    private let now: @Sendable () -> Date
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "rollout recorder")

    private let isInline: Bool

    init(store: RunStore, isInline: Bool, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.isInline = isInline
        self.now = now
    }

    /// Takes a result, or throws what went wrong with an earlier one.
    func add(_ rollout: EpisodeResult) throws {
        let start = try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.waiting.append(rollout)
            defer { state.writing = true }
            return !state.writing
        }
        guard start else { return }
        if isInline {
            drain()
            try state.withLock { if let failure = $0.failure { throw failure } }
        } else {
            queue.async { self.drain() }
        }
    }

    /// Throws away what a party has driven and nobody confirmed, whether it is stored or waits.
    func void(_ party: String, generation: Int, purpose: Purpose) throws {
        state.withLock { state in
            state.waiting.removeAll { $0.driver.party == party && !$0.isConfirmed }
        }
        let void: @Sendable () -> Void = { [self] in
            do {
                try store.void(party: party, generation: generation, purpose: purpose)
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        // After what is being written.
        if isInline { void() } else { queue.async(execute: void) }
    }

    /// Waits until all that was taken is stored, or throws what went wrong with any of it.
    func finish() async throws {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
        try state.withLock { state in
            if let failure = state.failure { throw failure }
        }
    }

    private func drain() {
        while true {
            let batch = state.withLock { state in
                let batch = state.waiting
                state.waiting = []
                if batch.isEmpty { state.writing = false }
                return batch
            }
            if batch.isEmpty { return }
            do {
                try store.append(batch, arrived: now())
            } catch {
                state.withLock { $0.failure = error }
                return
            }
        }
    }
}
