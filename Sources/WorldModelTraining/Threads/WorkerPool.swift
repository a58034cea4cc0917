// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors

/// Threads that live as long as the pool and share out numbered tasks.
///
/// The tasks of one run are cut the same whatever the number of threads, and each writes memory of
/// its own, so that results do not depend on who did what.
final class WorkerPool: Sendable {
    /// How many threads work, the caller's included.
    let threads: Int
    private let board: Board

    /// Starts the threads, of which the caller's is one.
    init(threads: Int) {
        precondition(threads > 0, "a pool of \(threads) threads does no work")
        FloatBLAS.useOneThread()
        self.threads = threads
        let board = Board()
        self.board = board
        for index in 1..<max(1, threads) {
            let thread = Thread { board.serve(thread: index) }
            thread.stackSize = 8 << 20
            thread.name = "training \(index)"
            thread.start()
        }
    }

    deinit { board.close() }

    /// Runs tasks 0..<count, each once on some thread below `threads`; returns when all are done.
    func run(_ count: Int, _ body: (_ task: Int, _ thread: Int) -> Void) {
        if threads == 1 || count == 1 {
            for task in 0..<count { body(task, 0) }
            return
        }
        withoutActuallyEscaping(body) { board.perform(count, $0) }
    }
}

extension WorkerPool {
    /// What the threads share: the current job and who still works on it.
    ///
    /// Unchecked because the closure is not Sendable: every field is read and written under
    /// `condition` only, and `perform` returns after the last call of the closure.
    private final class Board: @unchecked Sendable {
        private let condition = NSCondition()
        private var job: ((Int, Int) -> Void)?
        private var next = 0
        private var count = 0
        private var unfinished = 0
        private var isClosed = false

        func perform(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
            condition.lock()
            job = body
            next = 0
            self.count = count
            unfinished = count
            condition.broadcast()
            work(thread: 0)
            while unfinished > 0 { condition.wait() }
            job = nil
            condition.unlock()
        }

        func serve(thread: Int) {
            condition.lock()
            while !isClosed {
                work(thread: thread)
                if !isClosed { condition.wait() }
            }
            condition.unlock()
        }

        func close() {
            condition.lock()
            isClosed = true
            condition.broadcast()
            condition.unlock()
        }

        /// Takes tasks while there are any; called, and returns, with the lock held.
        private func work(thread: Int) {
            while let body = job, next < count {
                let task = next
                next += 1
                condition.unlock()
                body(task, thread)
                condition.lock()
                unfinished -= 1
                if unfinished == 0 { condition.broadcast() }
            }
        }
    }
}
