// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import CChildProcess
import Foundation

/// A person's program, kept running and asked for one evaluation after another in lines of JSON.
///
/// It is the leader of a process group, which is killed as a whole: where it takes too long, says
/// something wrong, or is no longer needed; it does not outlive the thread that first asks it anything,
/// nor its group this process, however that ends. After a failure, and where it has ended by itself between two tasks, the next task
/// starts it anew. Used on one thread.
package final class ObjectiveProcess {
    /// What became of the task that it was asked.
    package typealias Outcome = Result<ObjectiveAnswer, ObjectiveFailure>

    /// Bytes of a line of its answers, at most.
    static let longestLine = 1 << 16
    /// Bytes of what it said on standard error that are kept.
    private static let keptWords = 4096
    /// Seconds that one has to end by itself once it has nothing left to read.
    private static let farewellSeconds = 0.5

    /// The shell's command line.
    package let command: String
    /// What it may take.
    package let limits: ObjectiveLimits

    private var child: Child?
    private var asked: Asked?

    /// A process that runs.
    private struct Child {
        var process: pid_t
        var input: Int32
        var output: Int32
        var errors: Int32
        /// What is to be written.
        var unsent: ArraySlice<UInt8> = []
        /// The beginning of a line.
        var partial: [UInt8] = []
        var words: [UInt8] = []
        /// Tasks that it was asked.
        var tasks: UInt64 = 0
        var answers: UInt64 = 0
        /// Whether it may still answer.
        var isOpen: Bool { closing == nil }
        /// When its output was seen to be closed; nil: it is open.
        var closing: ContinuousClock.Instant?
        /// Whether it may still say something on standard error.
        var hasErrors = true
    }

    /// The task in hand.
    private struct Asked {
        var task: ObjectiveTask
        var deadline: ContinuousClock.Instant?
        /// Whether another process was asked it before, which was about to end.
        var isSecond = false
    }

    /// Describes a program; `ask` starts it.
    ///
    /// - Parameters:
    ///   - command: What /bin/sh -c runs.
    ///   - limits: What it may take.
    package init(command: String, limits: ObjectiveLimits = ObjectiveLimits()) {
        self.command = command
        self.limits = limits
    }

    deinit { end() }

    /// Whether it is at a task.
    package var isBusy: Bool { asked != nil }

    /// Its process; nil while none runs.
    package var process: Int32? { child?.process }

    /// Asks for an evaluation; `poll` says what became of it.
    ///
    /// - Parameter task: The evaluation; none is in hand.
    /// - Throws: `ObjectiveFailure` where the program cannot be started, or has said more than it was
    ///   asked.
    package func ask(_ task: ObjectiveTask) throws(ObjectiveFailure) {
        precondition(asked == nil, "an objective is asked two things at once")
        // A program that ends after each answer has done what it should.
        if let child, hasEnded(child) != nil { end() }
        try refuseUnasked()
        if child == nil { try start() }
        asked = Asked(
            task: task, deadline: limits.seconds.map { ContinuousClock.now + .seconds($0) })
        send(task)
    }

    /// Evaluates, and waits for it.
    ///
    /// - Parameter task: The evaluation; none is in hand.
    /// - Returns: What became of it.
    package func evaluate(_ task: ObjectiveTask) -> Outcome {
        do {
            try ask(task)
        } catch {
            return .failure(error)
        }
        while true {
            if let outcome = poll() { return outcome }
            Self.wait(for: [self], atMost: 0.1)
        }
    }

    /// Waits until one of some processes may have something to say.
    ///
    /// - Parameters:
    ///   - processes: Whom to look at.
    ///   - seconds: How long at most; a deadline that is nearer ends it too.
    package static func wait(for processes: [ObjectiveProcess], atMost seconds: Double) {
        var descriptors: [pollfd] = []
        var seconds = seconds
        for process in processes {
            guard let child = process.child else { continue }
            if child.isOpen {
                descriptors.append(pollfd(fd: child.output, events: Int16(POLLIN), revents: 0))
            } else {
                // It is about to end, which no descriptor tells.
                seconds = min(seconds, 0.002)
            }
            if !child.unsent.isEmpty {
                descriptors.append(pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0))
            }
            if child.hasErrors {
                descriptors.append(pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0))
            }
            if let deadline = process.asked?.deadline {
                seconds = min(seconds, (deadline - ContinuousClock.now) / .seconds(1))
            }
        }
        // Rounded up: at 0 it would turn until the deadline.
        let milliseconds = Int32(max(0, (seconds * 1000).rounded(.up)))
        _ = Foundation.poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    }

    /// Looks what became of the task in hand, without waiting.
    ///
    /// - Returns: Its outcome, once; nil while there is none.
    package func poll() -> Outcome? {
        guard let asked else { return nil }
        // Before it is read: what it said before its end is in the pipe then.
        let ending = child.flatMap(hasEnded)
        flush()
        hear()
        do {
            if let answer = try takeAnswer() {
                self.asked = nil
                return .success(answer)
            }
        } catch {
            return fail(error)
        }
        if let ending {
            let isQuiet = ending == .exited(0) && child?.answers ?? 0 > 0 && !asked.isSecond
            guard isQuiet else { return fail(ending) }
            // It had ended when it was asked, and nobody had noticed: that is no failure.
            end()
            self.asked?.isSecond = true
            do {
                try start()
            } catch {
                self.asked = nil
                return .failure(error)
            }
            send(asked.task)
            return nil
        }
        let now = ContinuousClock.now
        if let deadline = asked.deadline, now >= deadline {
            return fail(.timeLimit(limits.seconds ?? 0))
        }
        // One that ends gets the time for it, so that it can be said how.
        if let closing = child?.closing, now >= closing + .seconds(Self.farewellSeconds) {
            return fail(.closedOutput)
        }
        return nil
    }

    /// Gives up the task in hand, if there is one, and ends the program: it may end by itself where
    /// it is at no task, then its group is killed.
    package func end() { Self.end([self]) }

    /// Ends several, which may take their leave at once.
    package static func end(_ processes: [ObjectiveProcess]) {
        for process in processes {
            guard let child = process.child else { continue }
            close(child.input)
        }
        let deadline = ContinuousClock.now + .seconds(farewellSeconds)
        while processes.contains(where: \.isLeaving), ContinuousClock.now < deadline {
            usleep(2000)
        }
        for process in processes { process.kill() }
    }

    /// Whether it may still end by itself.
    private var isLeaving: Bool {
        guard asked == nil, let child else { return false }
        return hasEnded(child) == nil
    }

    /// Ends its group; its input is closed.
    private func kill() {
        guard let child else { return }
        Foundation.kill(-child.process, SIGKILL)
        // As long as nobody has asked how it ended, its number is nobody else's.
        GroupGuard.shared.release(child.process)
        var status: Int32 = 0
        while waitpid(child.process, &status, 0) < 0, errno == EINTR {}
        close(child.output)
        close(child.errors)
        self.child = nil
    }

    // MARK: Steps

    private func start() throws(ObjectiveFailure) {
        var made = cchild()
        let code = cchild_start(command, UInt64(limits.memoryBytes ?? 0), &made)
        guard code == 0 else {
            throw ObjectiveFailure(cause: .cannotStart(String(cString: strerror(code))))
        }
        GroupGuard.shared.watch(made.process)
        child = Child(
            process: made.process, input: made.input, output: made.output, errors: made.errors)
    }

    /// What comes before a question would be taken for its answer.
    private func refuseUnasked() throws(ObjectiveFailure) {
        hear()
        guard let said = child?.partial, !said.isEmpty else { return }
        let line = Array(said.prefix { $0 != UInt8(ascii: "\n") })
        let cause = ObjectiveAnswer.badLine(line, "nobody had asked for it")
        guard case .failure(let failure) = fail(cause) else { return }
        throw failure
    }

    private func send(_ task: ObjectiveTask) {
        guard let number = child.map({ $0.tasks + 1 }) else { return }
        child?.tasks = number
        child?.unsent = task.line(number: number)[...]
        flush()
    }

    private func fail(_ cause: ObjectiveFailure.Cause) -> Outcome {
        // What it says at its end explains it.
        hear()
        let failure = ObjectiveFailure(
            cause: cause, lastWords: Self.lastLines(of: child?.words ?? []),
            memoryLimit: limits.memoryBytes)
        end()
        asked = nil
        return .failure(failure)
    }

    /// How it has ended; nil while it runs.
    private func hasEnded(_ child: Child) -> ObjectiveFailure.Cause? {
        var (status, number): (Int32, Int32) = (0, 0)
        guard cchild_has_ended(child.process, &status, &number) != 0 else { return nil }
        return number == 0 ? .exited(status) : .killed(number)
    }

    /// Writes what it can take.
    private func flush() {
        guard let child, !child.unsent.isEmpty else { return }
        let count = child.unsent.withUnsafeBytes {
            cchild_write(child.input, $0.baseAddress, $0.count)
        }
        if count > 0 {
            self.child?.unsent.removeFirst(count)
        } else if count < 0, errno != EAGAIN, errno != EINTR {
            // It has closed its input: its end, its answer or the time limit says what that means.
            self.child?.unsent = []
        }
    }

    /// Takes what it has said.
    private func hear() {
        while let child, child.isOpen, child.partial.count <= Self.longestLine {
            guard let bytes = Self.read(child.output) else { break }
            if bytes.isEmpty { self.child?.closing = .now }
            self.child?.partial += bytes
        }
        // One that never stops must not keep this thread.
        for _ in 0..<16 {
            guard let child, child.hasErrors, let bytes = Self.read(child.errors) else { break }
            if bytes.isEmpty { self.child?.hasErrors = false }
            self.child?.words = Array((child.words + bytes).suffix(Self.keptWords))
        }
    }

    /// Some bytes of a pipe; none at its end; nil where there are none now.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, length in
            count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            length = max(0, count)
        }
        return count < 0 ? nil : bytes
    }

    private func takeAnswer() throws(ObjectiveFailure.Cause) -> ObjectiveAnswer? {
        guard let child else { return nil }
        guard let end = child.partial.firstIndex(of: UInt8(ascii: "\n")) else {
            if child.partial.count > Self.longestLine { throw .longLine(Self.longestLine) }
            return nil
        }
        let line = Array(child.partial[..<end])
        self.child?.partial.removeSubrange(...end)
        let answer = try ObjectiveAnswer(line: line, number: child.tasks)
        self.child?.answers += 1
        return answer
    }

    /// The last lines of what it said on standard error.
    private static func lastLines(of words: [UInt8]) -> [String] {
        words.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.suffix(5).map {
            String(decoding: $0, as: UTF8.self).printable
        }
    }
}
