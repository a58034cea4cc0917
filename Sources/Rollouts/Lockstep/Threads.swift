// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// Real threads, since a drawing context belongs to one and a Swift task has none of its own.
package enum Threads {
    /// What the threads of one call share.
    package final class Progress: Sendable {
        private let next = Atomic(0)
        private let error = Mutex<(any Error)?>(nil)
        private let count: Int

        init(count: Int) { self.count = count }

        /// The next piece of work; nil when all are taken or a thread has failed.
        package func take() -> Int? {
            guard failure == nil else { return nil }
            let index = next.add(1, ordering: .relaxed).oldValue
            return index < count ? index : nil
        }

        var failure: (any Error)? { error.withLock { $0 } }

        func fail(_ failure: any Error) {
            error.withLock { $0 = $0 ?? failure }
        }
    }

    /// Runs a body, which takes pieces until there are none, on several threads; waits for all.
    ///
    /// - Throws: What the first body to fail threw.
    package static func run(
        _ threads: Int, pieces: Int, _ body: @escaping @Sendable (Progress) throws -> Void
    ) throws {
        precondition(threads > 0, "work on \(threads) threads")
        let progress = Progress(count: pieces)
        let group = DispatchGroup()
        for index in 0..<threads {
            group.enter()
            let thread = Thread {
                do { try body(progress) } catch { progress.fail(error) }
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.name = "rollouts-\(index)"
            thread.start()
        }
        group.wait()
        if let failure = progress.failure { throw failure }
    }
}
