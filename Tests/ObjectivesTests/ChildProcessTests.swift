// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Objectives

/// What a program finds that is started, and what is left of it here.
@Suite(.inTurn())
struct ChildProcessTests {
    private let task = ObjectiveTask(generation: 1, candidate: 0, seed: 0, parameters: [])

    /// What a program says to one task; `text` is the shell's text of its cost.
    private func cost(
        _ text: String, _ limits: ObjectiveLimits = ObjectiveLimits()
    ) throws -> Double? {
        let process = ObjectiveProcess(
            command: "read -r line; echo \"{\\\"cost\\\": \(text)}\"", limits: limits)
        return try process.evaluate(task).get().value
    }

    @Test func `files that are open here are not open there`() throws {
        // Without the flag that closes it, and with a number that no shell gives itself.
        let null = open("/dev/null", O_RDONLY)
        let leak = fcntl(null, F_DUPFD, 200)
        defer {
            close(null)
            close(leak)
        }
        #expect(leak >= 200)
        #expect(try cost("$([ -e /proc/$$/fd/\(leak) ] && echo 1 || echo 0)") == 0)
    }

    @Test func `no core is written, and nobody can raise the limit of memory`() throws {
        #expect(try cost("$(ulimit -Hc)") == 0)
        // In KiB.
        #expect(try cost("$(ulimit -Hd)", ObjectiveLimits(memoryBytes: 96 << 20)) == 98_304)
    }

    @Test func `one that is started again and again leaves no descriptor and no process`() throws {
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        let process = ObjectiveProcess(command: "read -r line; echo '{\"cost\": 1}'")
        let before = try descriptors()
        var former: [Int32] = []
        for _ in 0..<200 {
            _ = try process.evaluate(task).get()
            if let number = process.process, number != former.last { former.append(number) }
        }
        process.end()
        #expect(former.count == 200)
        // Others, at the same time, have some of their own.
        #expect(try descriptors() < before + 100)
        for number in former {
            var status: Int32 = 0
            #expect(waitpid(number, &status, WNOHANG) == -1 && errno == ECHILD)
        }
    }

    @Test func `one that talks without end on standard error keeps nobody`() {
        let process = ObjectiveProcess(
            command: "exec yes complaint >&2", limits: ObjectiveLimits(seconds: 0.5))
        guard case .failure(let failure) = process.evaluate(task) else {
            Issue.record("it answered")
            return
        }
        #expect(failure.cause == .timeLimit(0.5))
        #expect(failure.lastWords.last?.isEmpty == false)
    }

    @Test func `of what it said on standard error the end is kept, in lines`() {
        let process = ObjectiveProcess(
            command: """
                read -r line; head -c 100000 /dev/zero | tr '\\0' x >&2
                printf 'y\\rno \\033[31mdisk' >&2; exit 2
                """)
        guard case .failure(let failure) = process.evaluate(task) else {
            Issue.record("it answered")
            return
        }
        #expect(failure.lastWords.last == #"no \u{1b}[31mdisk"#)
        let kept = failure.lastWords.joined().utf8.count
        #expect(kept > 3000 && kept < 5000)
        // As one line, of which the beginning and the end tell most.
        #expect(failure.description.utf8.count <= 1000)
        #expect(failure.description.hasPrefix("the objective ended with exit status 2"))
        #expect(failure.description.hasSuffix(#"no \u{1b}[31mdisk"#))
    }

    @Test func `only an end may be one of memory`() {
        let limits = ObjectiveLimits(seconds: 0.2, memoryBytes: 64 << 20)
        for (command, isSaid) in [("exit 1", true), ("echo no", false), ("sleep 60", false)] {
            let process = ObjectiveProcess(command: "read -r line; \(command)", limits: limits)
            guard case .failure(let failure) = process.evaluate(task) else {
                Issue.record("it answered")
                continue
            }
            #expect(failure.description.contains("it may have 64 MiB") == isSaid)
        }
    }

    @Test func `a line that is no answer is shown by its beginning`() throws {
        let error = #expect(throws: ObjectiveFailure.Cause.self) {
            try ObjectiveAnswer(line: [UInt8](repeating: UInt8(ascii: "x"), count: 1000), number: 1)
        }
        guard case .badLine(let shown, _) = error else { return }
        #expect(shown == String(repeating: "x", count: 100) + "...")
    }

    @Test func `the narrower limits count, whoever set them`() {
        let run = ObjectiveLimits(seconds: 5, memoryBytes: 100)
        let host = ObjectiveLimits(seconds: 7, memoryBytes: 50)
        let both = ObjectiveLimits(seconds: 5, memoryBytes: 50)
        #expect(run.narrowed(by: host) == both && host.narrowed(by: run) == both)
        #expect(run.narrowed(by: ObjectiveLimits()) == run)
        #expect(ObjectiveLimits().narrowed(by: host) == host)
    }
}
