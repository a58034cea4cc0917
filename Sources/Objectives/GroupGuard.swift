// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CChildProcess
import Foundation
import Synchronization

/// Sees to it that no process group outlives this process, not even where that is killed.
///
/// The kernel ends an objective's first process then; what that has started, such as the Python of a
/// shell's line, might go on for as long as its evaluation takes. A small process of its own waits for
/// this one's end and kills the groups that are left.
final class GroupGuard: Sendable {
    static let shared = GroupGuard()

    private struct State {
        var groups: Set<pid_t> = []
        var process: pid_t = 0
        /// Where it is told; -1 while it does not run.
        var input: Int32 = -1
    }

    private let state = Mutex(State())

    /// The guard's process; nil while none runs.
    var process: pid_t? { state.withLock { $0.input < 0 ? nil : $0.process } }

    /// The groups that it would kill now.
    var groups: Set<pid_t> { state.withLock { $0.groups } }

    /// Has the groups killed that are left, and waits for it.
    deinit {
        state.withLock { state in
            guard state.input >= 0 else { return }
            close(state.input)
            Self.wait(for: state.process)
        }
    }

    /// Has a group killed at this process's end.
    func watch(_ group: pid_t) {
        state.withLock { state in
            state.groups.insert(group)
            if Self.tell("+", group, state.input) { return }
            // It was not started yet, or somebody has killed it. Without one all goes on.
            Self.restart(&state)
        }
    }

    /// Forgets a group, which is gone.
    func release(_ group: pid_t) {
        state.withLock { state in
            guard state.groups.remove(group) != nil else { return }
            _ = Self.tell("-", group, state.input)
        }
    }

    private static func restart(_ state: inout State) {
        if state.input >= 0 {
            close(state.input)
            kill(state.process, SIGKILL)
            wait(for: state.process)
        }
        state.input = -1
        guard cchild_guard(&state.process, &state.input) == 0 else { return }
        for group in state.groups { _ = tell("+", group, state.input) }
    }

    /// Waits for a guard's end, so that it is no process any more.
    private static func wait(for process: pid_t) {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// Whether it was written; a line is written whole or not at all.
    private static func tell(_ sign: String, _ group: pid_t, _ input: Int32) -> Bool {
        guard input >= 0 else { return false }
        let line = Array("\(sign) \(group)\n".utf8)
        return line.withUnsafeBytes { cchild_write(input, $0.baseAddress, $0.count) } == line.count
    }
}
