// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Objectives

@Suite(.inTurn())
struct ObjectiveProcessTests {
    private let task = ObjectiveTask(
        generation: 2, candidate: 3, repetition: 1, seed: 9, parameters: [0.1, -0.0, 1e300])

    /// What a program that a shell runs says to one task.
    private func outcome(
        _ command: String, _ limits: ObjectiveLimits = ObjectiveLimits()
    ) -> ObjectiveProcess.Outcome {
        ObjectiveProcess(command: command, limits: limits).evaluate(task)
    }

    private func failure(
        _ command: String, _ limits: ObjectiveLimits = ObjectiveLimits()
    ) -> ObjectiveFailure? {
        if case .failure(let failure) = outcome(command, limits) { failure } else { nil }
    }

    @Test func `a program reads the task as one line of JSON and its answer is taken`() throws {
        let place = try TemporaryDirectory()
        let file = place.path + "/line"
        let command = "read -r line; printf '%s' \"$line\" > \(file); echo '{\"cost\": 2.5}'"
        #expect(outcome(command) == .success(ObjectiveAnswer(.cost, 2.5)))
        let line = try String(contentsOfFile: file, encoding: .utf8)
        #expect(
            line == """
                {"task":1,"generation":2,"candidate":3,"repetition":1,"seed":9,\
                "parameters":[0.1,-0.0,1e+300]}
                """)
    }

    @Test func `one process answers one task after another`() {
        let process = ObjectiveProcess(
            command: "while read -r line; do echo \"{\\\"return\\\": $$}\"; done")
        let answers = (0..<3).map { _ in process.evaluate(task) }
        guard case .success(let first) = answers[0] else {
            Issue.record("\(answers)")
            return
        }
        #expect(first.sense == .return && first.value == process.process.map(Double.init))
        #expect(answers == [answers[0], answers[0], answers[0]])
    }

    @Test func `a program may end after each answer`() {
        let process = ObjectiveProcess(command: "read -r line; echo '{\"cost\": 1}'")
        for _ in 0..<5 {
            #expect(process.evaluate(task) == .success(ObjectiveAnswer(.cost, 1)))
        }
    }

    @Test(
        arguments: [
            (#"{"cost": 1, "info": {"steps": 12, "lost": NaN}}"#, 1.0, ["steps": 12.0]),
            (#"{"cost": null}"#, nil, [:]), (#"{"cost": NaN, "info": null}"#, nil, [:]),
            (#"{"cost": -Infinity}"#, nil, [:]),
            (#"{"task": 1, "cost": -1e-3, "more": [1]}"#, -0.001, [:]),
            (
                #"{"cost": NaN, "info": {"NaN\"Infinity": 3}, "note": "-Infinity"}"#, nil,
                [#"NaN"Infinity"#: 3]
            ),
        ] as [(String, Double?, [String: Double])])
    func `costs, values that are none and further numbers are read`(
        line: String, value: Double?, info: [String: Double]
    ) throws {
        let answer = try ObjectiveAnswer(line: Array(line.utf8), number: 1)
        #expect(answer == ObjectiveAnswer(.cost, value, info: info))
    }

    @Test(arguments: [
        "", "hello", "[1]", "{}", #"{"cost": "1"}"#, #"{"cost": 1, "return": 1}"#,
        #"{"task": 2, "cost": 1}"#, #"{"cost": 1, "info": {"": 1}}"#,
        #"{"cost": 1, "info": {"a": "b"}}"#, #"{"cost": 1e999}"#, #"{"cost": "NaN"}"#,
        #"{"cost": 1, "info": {"a": {"b": 1}}}"#, #"{"cost": true}"#,
    ])
    func `a line that is no answer is named`(line: String) throws {
        let failure = try #require(self.failure("read -r line; echo '\(line)'; sleep 60"))
        guard case .badLine(let shown, let reason) = failure.cause else {
            Issue.record("\(failure)")
            return
        }
        #expect(shown == line && !reason.isEmpty)
        #expect(failure.description.contains("'\(line)'"))
    }

    @Test func `a hostile line reaches nobody unescaped, and one without end is cut off`() {
        let failure = failure(#"read -r line; printf '\033[2J\342\200\256evil\n'; sleep 60"#)
        #expect(failure?.description.contains(#"\u{1b}[2J\u{202e}evil"#) == true)
        #expect(self.failure("cat /dev/zero")?.cause == .longLine(1 << 16))
    }

    @Test func `the exit status or signal is told with the last lines on standard error`() {
        let exited = failure("read -r l; for i in 1 2 3 4 5 6; do echo \"no $i\" >&2; done; exit 7")
        #expect(exited?.cause == .exited(7))
        #expect(exited?.lastWords == ["no 2", "no 3", "no 4", "no 5", "no 6"])
        #expect(
            exited?.description
                == "the objective ended with exit status 7; it said: no 2 | no 3 | no 4 | no 5 | no 6"
        )
        let killed = failure("read -r l; kill -SEGV $$")
        #expect(killed?.cause == .killed(SIGSEGV))
        #expect(killed?.description.contains("signal 11 (Segmentation fault)") == true)
        let missing = failure("no-such-program-at-all 1")
        #expect(missing?.isMissingProgram == true)
        #expect(missing?.description.contains("not found") == true)
    }

    @Test func `one that never answers is killed with its process group`() async throws {
        let place = try TemporaryDirectory()
        let file = place.path + "/grandchild"
        var number: Int32?
        // However slow the machine is: with more time it comes so far.
        for seconds in [0.5, 5, 50] where number == nil {
            let failure = failure(
                "sleep 600 & echo $! > \(file); wait", ObjectiveLimits(seconds: seconds))
            #expect(failure?.cause == .timeLimit(seconds))
            number = (try? String(contentsOfFile: file, encoding: .utf8))
                .flatMap { Int32($0.trimmingCharacters(in: .newlines)) }
        }
        try await ProcessEnds.end(of: try #require(number))
    }

    /// Keeps a process beyond the thread that it is used on.
    private final class Kept: @unchecked Sendable {
        // Nobody touches it but that thread, and whoever lets go of it once the thread is gone.
        var process: ObjectiveProcess?
    }

    @Test func `it does not outlive the thread that first asks it anything`() async throws {
        let kept = Kept()
        let thread = try await onThread { [task] in
            let process = ObjectiveProcess(
                command: "read -r line; echo '{\"cost\": 1}'; exec sleep 600")
            kept.process = process
            _ = process.evaluate(task)
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        }
        let child = try #require(kept.process?.process)
        while FileManager.default.fileExists(atPath: "/proc/" + thread) {
            try Task.checkCancellation()
            await Task.yield()
        }
        while !ProcessEnds.hasEnded(child) {
            if ProcessEnds.sleepsOn(child) {
                Issue.record("it sleeps on")
                break
            }
            await Task.yield()
        }
        kept.process = nil
    }

    @Test func `one that closes its output can answer no more, one that ends then says how`() {
        #expect(failure("read -r l; exec >&-; sleep 600")?.cause == .closedOutput)
        #expect(failure("read -r l; exec >&-; exit 5")?.cause == .exited(5))
        // Who closes its input may have read all that it needs.
        #expect(
            outcome("read -r l; exec <&-; echo '{\"cost\": 3}'")
                == .success(ObjectiveAnswer(.cost, 3)))
    }

    @Test func `names and numbers of an answer are bounded`() throws {
        func answer(_ info: String) -> String { "{\"cost\": 1, \"info\": {\(info)}}" }
        func isRefused(_ line: String) -> Bool {
            (try? ObjectiveAnswer(line: Array(line.utf8), number: 1)) == nil
        }
        let many = (0...64).map { "\"n\($0)\": 1" }
        #expect(isRefused(answer(many.joined(separator: ","))))
        #expect(!isRefused(answer(many.dropLast().joined(separator: ","))))
        #expect(isRefused(answer("\"\(String(repeating: "x", count: 65))\": 1")))
        #expect(!isRefused(answer("\"\(String(repeating: "x", count: 64))\": 1")))
        #expect(isRefused("{\"cost\": " + String(repeating: "[", count: 60_000)))
        let hostile = Array(answer("\"\u{1b}[2J\": 1").utf8)
        // JSON has no such characters but as escapes.
        #expect((try? ObjectiveAnswer(line: hostile, number: 1)) == nil)
        let escaped = try ObjectiveAnswer(
            line: Array(answer(#""\u001b[2J": 1"#).utf8), number: 1)
        #expect(escaped.info == [#"\u{1b}[2J"#: 1])
    }

    @Test func `several end at once, with their groups, whether they listen or not`() async throws {
        let place = try TemporaryDirectory()
        let file = place.path + "/processes"
        let stubborn = (0..<3).map { _ in
            ObjectiveProcess(
                command: """
                    trap '' TERM INT HUP
                    sleep 600 & echo $! >> \(file)
                    read -r line; echo '{"cost": 1}'; while :; do sleep 1; done
                    """)
        }
        for process in stubborn {
            #expect(process.evaluate(task) == .success(ObjectiveAnswer(.cost, 1)))
        }
        let started = stubborn.compactMap(\.process)
        ObjectiveProcess.end(stubborn)
        #expect(stubborn.allSatisfy { $0.process == nil })
        let others = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            .compactMap { Int32($0) }
        #expect(started.count == 3 && others.count == 3)
        for process in started + others { try await ProcessEnds.end(of: process) }
    }

    @Test func `a guard that somebody killed is there again for the next one`() async throws {
        let first = ObjectiveProcess(command: "while read -r line; do echo '{\"cost\": 1}'; done")
        #expect(first.evaluate(task) == .success(ObjectiveAnswer(.cost, 1)))
        let former = try #require(GroupGuard.shared.process)
        kill(former, SIGKILL)
        try await ProcessEnds.end(of: former)
        let second = ObjectiveProcess(command: "read -r line; echo '{\"cost\": 2}'")
        #expect(second.evaluate(task) == .success(ObjectiveAnswer(.cost, 2)))
        let now = try #require(GroupGuard.shared.process)
        #expect(now != former && kill(now, 0) == 0)
        #expect(first.evaluate(task) == .success(ObjectiveAnswer(.cost, 1)))
    }

    @Test func `one that takes too much memory fails, and says what it might have had`() {
        // Four times as much as it may have; without a limit it has an answer.
        let greedy = """
            exec awk 'BEGIN { s = "x"; while (length(s) < 268435456) s = s s
                print "{\\"cost\\": 1}" }'
            """
        let failure = failure(greedy, ObjectiveLimits(memoryBytes: 64 << 20))
        #expect(failure?.description.contains("(it may have 64 MiB)") == true, "\(failure as Any)")
        // In KiB, as a shell tells it.
        #expect(
            outcome(
                "read -r line; echo \"{\\\"cost\\\": $(ulimit -d)}\"",
                ObjectiveLimits(memoryBytes: 80 << 20))
                == .success(ObjectiveAnswer(.cost, 81_920)))
    }

    @Test func `after a failure the next task starts it again`() {
        let process = ObjectiveProcess(
            command: """
                while read -r line; do
                    case "$line" in
                        *'"seed":1,'*) exit 3 ;;
                        *) echo '{"cost": 4}' ;;
                    esac
                done
                """)
        var bad = task
        bad.seed = 1
        #expect(process.evaluate(task) == .success(ObjectiveAnswer(.cost, 4)))
        guard case .failure(let failure) = process.evaluate(bad) else {
            Issue.record("it answered")
            return
        }
        #expect(failure.cause == .exited(3))
        #expect(process.evaluate(task) == .success(ObjectiveAnswer(.cost, 4)))
    }

    @Test func `what it says without being asked is no answer to what it is asked next`() {
        let process = ObjectiveProcess(
            command: "read -r l; printf '{\"cost\": 1}\\n{\"cost\": 2}\\n'; sleep 60")
        #expect(process.evaluate(task) == .success(ObjectiveAnswer(.cost, 1)))
        guard case .failure(let failure) = process.evaluate(task) else {
            Issue.record("the second line was taken for an answer")
            return
        }
        #expect(failure.cause == .badLine(#"{"cost": 2}"#, "nobody had asked for it"))
    }

    @Test func `a task larger than a pipe arrives whole`() {
        let process = ObjectiveProcess(
            command: "read -r line; echo \"{\\\"cost\\\": ${#line}}\"")
        var large = task
        large.parameters = [Double](repeating: 0.125, count: 100_000)
        let length = large.line(number: 1).count - 1
        #expect(process.evaluate(large) == .success(ObjectiveAnswer(.cost, Double(length))))
    }
}
