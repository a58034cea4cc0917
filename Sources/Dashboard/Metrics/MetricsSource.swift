// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import ClusterProtocol
import Episodes
import Foundation
import RunStore
import Synchronization

/// The figures of one run, and of its cluster where this process is its coordinator.
///
/// Of several runs only how many they are is told: which ones there are is no label.
final class MetricsSource: Sendable {
    private let catalog: RunCatalog
    private let meter: RunMeter?
    private let hosts = Mutex(HostCounts())

    init(catalog: RunCatalog, meter: RunMeter?) {
        self.catalog = catalog
        self.meter = meter
    }

    func text() -> String {
        var text = PrometheusText()
        text.add(
            .gauge, "worldmodels_build_info", "The program's version.",
            [([("version", Software.version)], 1)])
        let views = catalog.views()
        text.add(.gauge, "worldmodels_runs", "Runs that are shown.", Double(views.count))
        if views.count == 1, let view = views.first {
            addRun(view, to: &text)
            if let status = view.status() { addCluster(status, to: &text) }
        }
        if let meter { add(meter.current, to: &text) }
        return text.text
    }

    private func addRun(_ view: RunView, to text: inout PrometheusText) {
        // What cannot be read now is told by the figures that are missing.
        guard let reader = try? view.reader(), let pulse = try? reader.pulse() else { return }
        text.add(
            .counter, "worldmodels_generations_total", "Complete generations of the run.",
            Double(pulse.generation))
        if let record = try? reader.lastGeneration() {
            let returns = [
                ("best", record.best), ("mean", record.mean), ("worst", record.worst),
                ("standard_deviation", record.standardDeviation),
            ]
            text.add(
                .gauge, "worldmodels_generation_return",
                "Mean returns of the last complete generation's candidates.",
                returns.filter(\.1.isFinite).map { ([("statistic", $0.0)], $0.1) })
            text.add(
                .gauge, "worldmodels_generation_failed_candidates",
                "Candidates of the last complete generation without a return.",
                Double(record.failed))
            text.add(
                .gauge, "worldmodels_search_step_size", "The search's step size, sigma.",
                record.sigma)
            text.add(
                .gauge, "worldmodels_search_path_length",
                "Length of the step size's evolution path; 1 is that of a random walk.",
                record.pathLength.finite)
            text.add(
                .gauge, "worldmodels_search_axis_ratio",
                "Longest over shortest axis of the search's distribution.", record.axisRatio.finite)
        }
        if let best = try? reader.bestEvaluation() {
            text.add(
                .gauge, "worldmodels_evaluation_best_return",
                "Best mean return of an evaluation of the search's mean.", best.mean.finite)
        }
        if let last = try? reader.evaluations(after: pulse.evaluation - 1).last {
            text.add(
                .gauge, "worldmodels_evaluation_return",
                "Mean return of the last evaluation of the search's mean.", last.mean.finite)
        }
    }

    private func addCluster(_ status: ClusterStatus, to text: inout PrometheusText) {
        if let run = status.run {
            text.add(
                .gauge, "worldmodels_batch_episodes",
                "Episodes of the generation or evaluation under way.", Double(run.total))
            text.add(
                .gauge, "worldmodels_batch_episodes_done", "Those of them that are done.",
                Double(run.done))
        }
        let counters = status.counters
        text.add(
            .gauge, "worldmodels_tasks_open", "Tasks without a result.", Double(counters.openTasks))
        text.add(
            .gauge, "worldmodels_tasks_outstanding", "Tasks that workers hold.",
            Double(counters.outstanding))
        for (name, help, count) in Self.totals(counters) {
            text.add(.counter, "worldmodels_\(name)_total", help, Double(count))
        }
        let workers = status.workers
        let states: [WorkerSnapshot.State] = [.preparing, .ready, .draining, .quarantined, .hung]
        text.add(
            .gauge, "worldmodels_workers", "Workers that are connected, by what they are doing.",
            states.map { state in
                ([("state", state.rawValue)], Double(workers.count { $0.state == state }))
            })
        text.add(
            .gauge, "worldmodels_workers_wanted",
            "Workers like these that could have a full share of the work under way; 0 without work.",
            Double(status.workersWanted))
        text.add(
            .gauge, "worldmodels_places", "Episodes that the workers can have at once.",
            Double(workers.reduce(0) { $0 + $1.places }))
        addHosts(workers, to: &text)
    }

    private static func totals(
        _ counters: ServerCounters
    ) -> [(name: String, help: String, count: Int)] {
        [
            ("tasks_completed", "Tasks with a result.", counters.completed),
            ("tasks_requeued", "Tasks taken from a worker and queued again.", counters.requeued),
            ("tasks_speculated", "Tasks repeated on idle workers.", counters.speculated),
            ("tasks_checked", "Tasks given to a second host.", counters.checks),
            ("tasks_confirmed", "Tasks that two hosts agreed on.", counters.confirmed),
            ("tasks_set_aside", "Tasks that were given up.", counters.setAside),
            ("results_duplicate", "Second results equal to the first.", counters.duplicates),
            ("disagreements", "Second results that differ from the first.", counters.disagreements),
            ("results_late", "Results that nobody waited for.", counters.late),
            ("results_impossible", "Results that cannot be true.", counters.offences),
            ("workers_lost", "Workers that went without a word.", counters.deaths),
            ("messages_malformed", "Messages that were dropped unread.", counters.malformed),
            (
                "connections_refused", "Connections that failed the security handshake.",
                counters.unauthenticated
            ),
        ]
    }

    private func addHosts(_ workers: [WorkerSnapshot], to text: inout PrometheusText) {
        let counts = hosts.withLock { hosts in
            hosts.note(
                workers.map { worker in
                    (
                        worker.host, worker.name, worker.coreSteps.reduce(0, &+),
                        worker.completed, worker.errors
                    )
                })
            return hosts
        }
        let byHost = Dictionary(grouping: workers) { counts.name(of: $0.host) }
            .sorted { $0.key < $1.key }
        func gauge(_ name: String, _ help: String, _ value: ([WorkerSnapshot]) -> Double) {
            text.add(
                .gauge, "worldmodels_host_\(name)", help,
                byHost.map { ([("host", $0.key)], value($0.value)) })
        }
        func total(
            _ name: String, _ help: String, _ value: (HostCounts.Host) -> UInt64
        ) {
            text.add(
                .counter, "worldmodels_host_\(name)_total", help,
                counts.hosts.sorted { $0.key < $1.key }
                    .map { ([("host", $0.key)], Double(value($0.value))) })
        }
        gauge("cores", "Cores of a host that have episodes, or are ready for some.") {
            Double($0.reduce(0) { $0 + $1.cores })
        }
        gauge("cores_wanted", "Cores of a host that were told to take episodes.") {
            Double($0.reduce(0) { $0 + $1.wantedCores })
        }
        gauge("tasks_outstanding", "Tasks that a host holds.") {
            Double($0.reduce(0) { $0 + $1.outstanding })
        }
        gauge("busy_ratio", "Share of a host's places for episodes that have one.") { workers in
            let places = workers.reduce(0) { $0 + $1.places }
            let held = workers.reduce(0) { $0 + min($1.places, $1.outstanding) }
            return places > 0 ? Double(held) / Double(places) : 0
        }
        gauge("silence_seconds", "Time since a host's last message.") {
            $0.map(\.secondsSinceHeard).min() ?? 0
        }
        total("steps", "Environment steps of a host.") { $0.steps }
        total("tasks_completed", "Tasks that a host has finished.") { $0.completed }
        total("errors", "Failures and impossible results of a host.") { $0.errors }
    }

    private func add(_ counts: RunMeter.Counts, to text: inout PrometheusText) {
        text.add(
            .counter, "worldmodels_episodes_total",
            "Episodes that were driven or dreamt, by how they ended.",
            EpisodeEnd.allCases.map { end in
                ([("end", end.rawValue)], Double(counts.ends[end] ?? 0))
            })
        text.add(
            .counter, "worldmodels_steps_total", "Environment steps of those.",
            Double(counts.steps))
        text.add(
            .counter, "worldmodels_dream_steps_total", "Steps of those that M dreamt.",
            Double(counts.dreamSteps))
        text.add(
            .gauge, "worldmodels_last_result_timestamp_seconds",
            "When the last result arrived; before the first, when the coordinator began.",
            counts.lastResult.timeIntervalSince1970)
        text.add(
            "worldmodels_episode_duration_seconds",
            "Wall time of an episode; those driven in lockstep share theirs.",
            counts.episodeSeconds)
        text.add(
            "worldmodels_generation_duration_seconds", "Wall time of a generation.",
            counts.generationSeconds)
    }
}
