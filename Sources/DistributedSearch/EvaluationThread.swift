// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A thread that evaluates, for whoever has other things to do meanwhile; it ends with the value, and
/// with the evaluation in hand.
final class EvaluationThread: Sendable {
    /// What became of an evaluation.
    typealias Outcome = Result<Double, any Error>

    /// What both sides share; the thread has it alone after the other's end.
    private final class Desk: Sendable {
        struct State {
            var evaluation: Evaluation?
            var outcome: Outcome?
            var isOver = false
        }

        let state = Mutex(State())
        let asked = DispatchSemaphore(value: 0)
        let answered = DispatchSemaphore(value: 0)
    }

    private let desk = Desk()

    /// Starts the thread.
    init(_ objective: @escaping Objective) {
        let thread = Thread { [desk] in
            while true {
                desk.asked.wait()
                let (evaluation, isOver) = desk.state.withLock { ($0.evaluation, $0.isOver) }
                if isOver { return }
                guard let evaluation else { continue }
                let outcome = Outcome { try objective(evaluation) }
                desk.state.withLock { $0.outcome = outcome }
                desk.answered.signal()
            }
        }
        thread.name = "evaluation"
        // As a program's first thread has it.
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit {
        desk.state.withLock { $0.isOver = true }
        desk.asked.signal()
    }

    /// Begins an evaluation; there is none in hand.
    func begin(_ evaluation: Evaluation) {
        desk.state.withLock { $0.evaluation = evaluation }
        desk.asked.signal()
    }

    /// Waits for the outcome of what was begun.
    ///
    /// - Parameter seconds: How long at most.
    /// - Returns: The outcome, once; nil while there is none.
    func outcome(within seconds: Double) -> Outcome? {
        guard desk.answered.wait(timeout: .now() + seconds) == .success else { return nil }
        return desk.state.withLock { state in
            defer { state = .init() }
            return state.outcome
        }
    }
}
