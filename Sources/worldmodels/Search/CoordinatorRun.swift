// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import Dashboard
import Foundation
import RolloutServer
import RunStore
import RunReports
import Search

/// One start of the coordinator: the run with its signals, its server's events and its terminal.
struct CoordinatorRun {
    let run: any DrivableRun
    let limits: RunLimits
    let server: RolloutServer
    let announcement: Announcement
    /// What counts for whoever looks on.
    let meter: RunMeter
    let display: Bool
    /// Whether event files for TensorBoard are written.
    let writesTensorBoard: Bool
    let log: CommandLog
    /// What the program returns where a signal asked for its end.
    let stoppedStatus: Int32?
    /// How values are shown.
    var form = ValueForm.returns

    func run() async throws {
        do {
            try await drive()
        } catch {
            if !(error is ExitCode) { try? announcement.mark(.failed) }
            throw error
        }
    }

    private func drive() async throws {
        let reporter = RunReporter(
            server: server, command: announcement.command, generations: limits.generations,
            display: display, log: log, form: form)
        reporter.show(
            "\(run.store.directory.path): \(run.isNew ? "a new run" : "continuing"); workers connect"
                + " with: \(announcement.command)")
        for remark in announcement.remarks { reporter.show(remark, event: "remark") }
        try run.store.note("started", "coordinator started at \(server.address)")
        let watcher = Task {
            for await event in server.events {
                if case .copied(let episode, let driver, let seconds) = event {
                    try? run.store.record(
                        CopyRecord(
                            episode, by: driver, seconds: seconds, arrived: Date()))
                    continue
                }
                if let kind = reporter.show(event) {
                    try? run.store.note(kind, event.description)
                }
                if case .quarantined(
                    let party, let workers, let reason, let isDistrusted, let seconds) =
                    event
                {
                    let now = Date()
                    try? run.store.record(
                        QuarantineRecord(
                            party: party, workers: workers, reason: reason,
                            isDistrusted: isDistrusted,
                            time: now,
                            ends: now.addingTimeInterval(seconds)))
                }
            }
        }
        let releases = Task {
            try? await run.store.watchReleases { server.release($0) }
        }
        defer {
            watcher.cancel()
            releases.cancel()
        }

        let board =
            try writesTensorBoard
            ? LiveTensorBoard(run.store) { line in
                reporter.show(line, event: "tensorboard", level: .warning)
                try? run.store.note("tensorboard", line)
            } : nil
        let work = Task {
            try await run.search(with: server, limits: limits) { event in
                reporter.observe(event)
                switch event {
                case .result(let result, _, _): meter.note(result)
                case .generation(let record): meter.note(record)
                default: break
                }
                board?.observe(event)
            }
        }
        let signals = StopSignals { name in
            reporter.show("\(name): storing what has arrived; once more ends at once")
            work.cancel()
        }
        let ending = try await work.value
        reporter.show("the run stops: \(ending)")
        if ending == .interrupted {
            try announcement.mark(.paused)
            server.stop(.paused, reason: "it was told to, and the run can be continued")
        } else {
            try announcement.mark(.finished)
            server.stop(.finished, reason: "the run is over, \(ending)")
        }
        if ending == .interrupted {
            reporter.show("the same command continues it")
            throw ExitCode(stoppedStatus ?? signals.exitStatus ?? 1)
        }
    }
}
