// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import ArgumentParser
import Episodes
import RolloutServer
import Search
import EvolutionStrategies
import Foundation
import RunStore

/// One start of the coordinator: the run loop with its signals, its server's events and its
/// terminal.
struct CoordinatorSession {
    let store: RunStore
    let start: RunStart
    let limits: RunLimits
    let server: RolloutServer
    let display: Bool

    /// Runs to the end.
    ///
    /// - Throws: `ExitCode` when told to stop; what ended the run before its end.
    func run() async throws {
        let reporter = RunReporter(server: server, settings: start.settings, display: display)
        reporter.show(
            "\(store.directory.path): \(start.isNew ? "a new run" : "continuing"); workers connect"
                + " with: worldmodels worker --connect \(server.address)")
        try note("started", "coordinator started at \(server.address)")
        let watcher = Task {
            var kept = 0
            for await event in server.events {
                if let kind = reporter.show(event), kept < 1000 {
                    kept += 1
                    try? note(kind, event.description)
                }
            }
        }
        defer { watcher.cancel() }

        let directory = store.directory
        let identifier = start.identifier
        let settings = start.settings
        let loop = RunLoop<EvolutionStrategy>(
            store: store, service: server, settings: settings, limits: limits,
            saveController: { evaluation in
                try settings.controllerFile(evaluation, run: identifier)
                    .write(to: directory.controller)
            },
            observe: { reporter.observe($0) })
        let work = Task { try await loop.run() }
        let signals = StopSignals { name in
            reporter.show("\(name): storing what has arrived; once more ends at once")
            work.cancel()
        }
        do {
            let ending = try await work.value
            reporter.show("the run stops: \(ending)")
            try note("stopped", ending.description)
            if ending == .interrupted {
                reporter.show("the same command continues it")
                throw ExitCode(signals.exitStatus ?? 1)
            }
        } catch let error as ExitCode {
            throw error
        } catch {
            // On a full disk the note fails as well; the error itself is what counts.
            try? note("failed", "\(error)")
            throw error
        }
    }

    private func note(_ kind: String, _ message: String) throws {
        try store.record(EventRecord(time: Date(), kind: kind, message: message))
    }
}
