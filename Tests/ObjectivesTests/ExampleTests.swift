// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Objectives

/// The programs in cluster/examples, where what they are written in is there.
@Suite(.inTurn())
struct ExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appending(path: "../../cluster/examples").standardizedFileURL

    /// What runs Python; the variable names one that has Gymnasium.
    private static let python =
        ProcessInfo.processInfo.environment["WORLDMODELS_PYTHON"] ?? "python3"

    /// Whether a program can be run to its end.
    private static func succeeds(_ command: String) -> Bool {
        let probe = ObjectiveProcess(
            command: "\(command) >/dev/null 2>&1 && echo '{\"cost\":0}'",
            limits: ObjectiveLimits(seconds: 60))
        let task = ObjectiveTask(generation: 1, candidate: 0, seed: 0, parameters: [])
        return (try? probe.evaluate(task).get()) != nil
    }

    static let hasPython = succeeds("\(python) -c 'import json'")
    static let hasGymnasium = succeeds("\(python) -c 'import gymnasium, numpy'")

    private func process(_ runner: String, _ file: String, _ arguments: String) -> ObjectiveProcess
    {
        ObjectiveProcess(
            command: "exec \(runner) '\(Self.folder.appending(path: file).path)' \(arguments)",
            limits: ObjectiveLimits(seconds: 60))
    }

    private func task(_ parameters: [Double], seed: UInt64 = 7) -> ObjectiveTask {
        ObjectiveTask(generation: 1, candidate: 0, seed: seed, parameters: parameters)
    }

    @Test func `the shell's sphere`() throws {
        let sphere = process("sh", "sphere.sh", "")
        for parameters in [[0.5, -1.25e-5, 3], [1], [Double](repeating: 0.1, count: 40)] {
            let answer = try sphere.evaluate(task(parameters)).get()
            #expect(answer.value == parameters.reduce(0) { $0 + $1 * $1 })
            #expect(answer.sense == .cost)
            #expect(answer.info == ["variables": Double(parameters.count)])
        }
    }

    @Test(.enabled(if: ExampleTests.hasPython)) func `Python's functions`() throws {
        let sphere = process(Self.python, "functions.py", "sphere")
        #expect(try sphere.evaluate(task([0.5, 3])).get() == ObjectiveAnswer(.cost, 9.25))
        let rastrigin = process(Self.python, "functions.py", "rastrigin")
        #expect(try rastrigin.evaluate(task([0, 0, 0])).get() == ObjectiveAnswer(.cost, 0))
        let value = try rastrigin.evaluate(task([0.5])).get().value
        #expect(abs(try #require(value) - 20.25) < 1e-12)
    }

    @Test(.enabled(if: ExampleTests.hasGymnasium))
    func `a network drives an environment of Gymnasium`() throws {
        let policy = process(Self.python, "gymnasium_policy.py", "CartPole-v1 2")
        // Two inputs of four, a hidden layer of two, two actions.
        let still = [Double](repeating: 0, count: 2 * 4 + 2 + 2 * 2 + 2)
        let answer = try policy.evaluate(task(still)).get()
        #expect(answer.sense == .return)
        #expect(answer.value == answer.info["steps"])
        #expect((5...30).contains(try #require(answer.value)))
        #expect(try policy.evaluate(task(still)).get() == answer)
        // Towards where the pole falls.
        var better = still
        better[2] = 1
        better[3] = 1
        better[10] = -1
        better[12] = 1
        let balanced = try policy.evaluate(task(better)).get()
        #expect(try #require(balanced.value) > 100)
        let short = policy.evaluate(task([1]))
        guard case .failure(let failure) = short else {
            Issue.record("\(short)")
            return
        }
        #expect(failure.cause == .exited(1) && failure.lastWords.last?.contains("Error") == true)
    }
}
