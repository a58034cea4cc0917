// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import RunStore
import TestSupport
import Testing

@testable import Dashboard

/// What Prometheus is given.
@Suite(.inTurn())
struct MetricsTests {
    private func text(_ run: ShownRun, _ status: ClusterStatus?, _ meter: RunMeter?) async throws
        -> [String]
    {
        var served = ServedRun(run.directory)
        if let status { served.status = { status } }
        let catalog = RunCatalog(served)
        let site = Site(catalog, meter: meter, hasPage: false)
        let target = try #require(RequestTarget("/metrics"))
        let answer = await site.answer(target, knowing: nil)
        return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `figures of the run, its episodes and its hosts`() async throws {
        let run = try ShownRun()
        let meter = RunMeter(now: { ShownRun.began })
        meter.note(ShownRun.result(.training, 1, 3, 0))
        meter.note(ShownRun.result(.training, 1, 0, 0))
        var dream = ShownRun.result(.training, 2, 0, 0)
        dream.episode.dreamTemperature = 1
        dream.outcome.end = .dreamEnded
        dream.seconds = 0.75
        meter.note(dream)
        let status = ClusterStatus.made(
            workers: [
                .made("mars", cores: 4, outstanding: 16, steps: [5, 7]),
                .made("mars", process: 2, cores: 4, outstanding: 32, steps: [1]),
            ], open: 64, total: 128)
        let lines = try await text(run, status, meter)
        for line in [
            "worldmodels_generations_total 3", "worldmodels_evaluation_best_return 299",
            "worldmodels_workers{state=\"ready\"} 2", "worldmodels_workers_wanted 4",
            "worldmodels_host_busy_ratio{host=\"mars\"} 0.75",
            "worldmodels_host_steps_total{host=\"mars\"} 13",
            "worldmodels_episodes_total{end=\"lapCompleted\"} 1",
            "worldmodels_episodes_total{end=\"dreamEnded\"} 1",
            "worldmodels_steps_total 200", "worldmodels_dream_steps_total 100",
            "worldmodels_episode_duration_seconds_bucket{le=\"0.5\"} 0",
            "worldmodels_episode_duration_seconds_bucket{le=\"1\"} 1",
            "worldmodels_episode_duration_seconds_bucket{le=\"2\"} 3",
            "worldmodels_episode_duration_seconds_bucket{le=\"+Inf\"} 3",
            "worldmodels_episode_duration_seconds_sum 4.75",
            "worldmodels_last_result_timestamp_seconds 1800000000",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func `figures have no page beside them`() async throws {
        let run = try ShownRun(generations: 1)
        let site = Site(RunCatalog(ServedRun(run.directory)), meter: nil, hasPage: false)
        for text in ["/", "/api/v1", "/api/v1/runs", "/page/app.js"] {
            let target = try #require(RequestTarget(text))
            let answer = await site.answer(target, knowing: nil)
            #expect(answer.status == 404, "\(target)")
        }
        let stream = try #require(RequestTarget("/api/v1/stream?run=run"))
        let feed = await site.feed(stream)
        #expect(feed == nil)
    }

    @Test func `a host's name stays inside its quotes`() {
        var text = PrometheusText()
        text.add(.gauge, "x", "help", [([("host", "a\"} 1\nb\\")], 2.5)])
        #expect(text.text == "# HELP x help\n# TYPE x gauge\nx{host=\"a\\\"} 1\\nb\\\\\"} 2.5\n")
    }

    @Test func `a host's counts never fall, whatever its processes do`() {
        var counts = HostCounts()
        func note(_ workers: [(String, String, UInt64, Int)]) {
            counts.note(workers.map { ($0.0, $0.1, $0.2, $0.3, 0) })
        }
        note([("mars", "mars/1", 100, 2), ("mars", "mars/2", 50, 1)])
        #expect(counts.hosts["mars"]?.steps == 150)
        note([("mars", "mars/1", 130, 3)])
        #expect(counts.hosts["mars"]?.steps == 180 && counts.hosts["mars"]?.completed == 4)
        // Another process of the same number.
        note([("mars", "mars/1", 5, 0)])
        #expect(counts.hosts["mars"]?.steps == 185)
        note([])
        #expect(counts.hosts["mars"]?.steps == 185)
    }

    @Test func `hosts without number are counted together`() {
        var counts = HostCounts()
        counts.note(
            (0..<HostCounts.limit + 500).map { ("h\($0)", "h\($0)/1", 1, 1, 0) })
        #expect(counts.hosts.count == HostCounts.limit + 1)
        #expect(counts.hosts[HostCounts.others]?.steps == 500)
    }

    @Test func `workers are wanted for the whole generation, and for none when there is none`() {
        let worker = WorkerSnapshot.made("mars", cores: 2, outstanding: 1, steps: [1])
        #expect(ClusterStatus.made(workers: [worker], open: 1, total: 1024).workersWanted == 64)
        #expect(ClusterStatus.made(workers: [worker], open: 0, total: 1024).workersWanted == 0)
        #expect(ClusterStatus.made(workers: [], open: 9, total: 9).workersWanted == 2)
    }

    @Test func `steps a second are those of the last half minute`() {
        var rates = StepRates()
        let start = ContinuousClock.now
        for second in 0...60 {
            let steps = UInt64(second < 30 ? 0 : 100 * (second - 30))
            rates.note(
                [.made("mars", cores: 1, outstanding: 0, steps: [steps])],
                at: start + .seconds(second))
        }
        #expect(rates.perSecond["mars/1"] == 100)
        rates.note([], at: start + .seconds(61))
        #expect(rates.perSecond.isEmpty)
    }
}
