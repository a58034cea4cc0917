// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation
import Testing

@testable import worldmodels

struct StatusReportTests {
    private func status(_ progress: RunProgress?) -> ClusterStatus {
        var counters = ServerCounters()
        counters.openTasks = 7
        return ClusterStatus(
            counters: counters,
            workers: [
                WorkerSnapshot(
                    host: "mars", process: 12, cores: 3, wantedCores: 2, coreSteps: [500, 20, 7],
                    environments: 8, software: "1", fingerprint: "x", state: .ready, outstanding: 9,
                    completed: 4, rolloutsPerSecond: 1.5, secondsSinceHeard: 0.2, errors: 0)
            ], run: progress)
    }

    @Test func `it says what the run does, and which cores are used and wanted`() {
        let progress = RunProgress(
            .search, generation: 3, generations: 30, done: 12, total: 256, best: 917.44,
            stepsPerSecond: 6321.4, secondsLeft: 600)
        let lines = StatusReport(run: "r", status(progress)).lines(listsCores: false)
        #expect(lines[0].hasPrefix("run r (worldmodels "))
        #expect(
            lines[1].hasPrefix(
                "search, generation 3 of 30: 12 of 256 episodes, best so far 917.4, 6,321 steps/s, "
            ))
        #expect(lines[1].hasSuffix(" left"))
        #expect(lines.contains("1 worker, cores: 3 used, 2 wanted"))
        #expect(lines.last?.split(separator: " ").prefix(4) == ["mars", "12", "3", "2"])
    }

    @Test func `in training it counts epochs, and before anything it is silent`() {
        let training = RunProgress(.trainingV, generation: 2, generations: 10, done: 5, total: 9)
        let lines = StatusReport(run: "", status(training)).lines(listsCores: false)
        #expect(lines[1] == "training V, epoch 2 of 10: 5 of 9")
        let silent = StatusReport(run: "", status(nil)).lines(listsCores: false)
        #expect(silent.count == lines.count - 1)
    }

    @Test func `each core can be listed, those that are not wanted any more too`() {
        let lines = StatusReport(run: "", status(nil)).lines(listsCores: true)
        #expect(
            lines.suffix(3).map { $0.split(separator: " ").suffix(3) } == [
                ["0", "yes", "500"], ["1", "yes", "20"], ["2", "no", "7"],
            ])
    }
}
