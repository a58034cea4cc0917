// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ClusterProtocol
import ClusterTransport
import ArgumentParser
import Episodes
import RolloutServer
import Search
import Foundation
import Rollouts
import Synchronization
import ArrayFiles
import TerminalOutput

/// Records a dataset with whatever workers connect.
struct ClusterRecording {
    let settings: RecordingSettings
    /// V, M and C where a controller drives, else none.
    let models: [ServedModel]
    let directory: URL
    let indices: [Int]
    /// The files of the whole dataset, for people.
    let total: Int
    let log: CommandLog

    /// What is left when all tasks have come back.
    private struct Incomplete: Error, CustomStringConvertible {
        var count: Int

        var description: String {
            "\(count) episodes are missing, since no worker could record them or the one that did is "
                + "not to be believed; the same command tries them again"
        }
    }

    /// Records until all files are there, or until told to stop.
    func run(
        _ listening: ListeningOptions, stoppedStatus: Int32?, security: ServerSecurityOptions
    ) async throws {
        var configuration = try RolloutServer.Configuration(
            bind: listening.bind ?? "",
            run: "recording-\(settings.policy.rawValue)-seed-\(settings.seed)",
            models: models, work: .record(settings: settings.encoded()))
        configuration.security = try security.security()
        configuration.isInsecureAllowed = security.insecure
        configuration.core.session.recordingBytes = settings.largestFile
        configuration.core.maximumSteps = settings.steps
        let rules = OutcomeRules(settings)
        configuration.core.plausibility = { rules.problem(with: $1, of: $0, fileSize: $2) }
        let server = try RolloutServer(configuration)
        defer { server.stop() }
        let announcement = try Announcement(
            of: server.address, run: configuration.core.session.run, options: listening,
            security: security, publicKey: configuration.security.publicKey)
        let log = log
        let progress: @Sendable (String) -> Void = { log(.info, "progress", $0) }
        let line = ProgressLine(
            "recording", total: total, unit: "episodes", start: total - indices.count,
            log: log.isPlain ? nil : progress)
        let watcher = Task {
            for await event in server.events {
                if case .copied = event { continue }
                line.erase()
                log(event.level, event.kind, event.text(command: announcement.command))
            }
        }
        defer { watcher.cancel() }
        let work = Task { try await record(with: server, line) }
        let signals = StopSignals { name in
            line.erase()
            log(.info, "stopping", "\(name): ending; once more ends at once")
            work.cancel()
        }
        log(
            .info, "started",
            "\(directory.relativePath): recording \(indices.count) episodes; workers connect with: "
                + "\(announcement.command)")
        for remark in announcement.remarks { log(.info, "remark", remark) }
        do {
            let failed = try await work.value
            line.finish()
            if failed > 0 { throw Incomplete(count: failed) }
            try announcement.mark(.finished)
            server.stop(.finished, reason: "the recording is over")
        } catch is CancellationError {
            line.erase()
            try announcement.mark(.paused)
            server.stop(.paused, reason: "it was told to, and the recording can be continued")
            log(.info, "stopped", "stopped; the same command records what is missing")
            throw ExitCode(stoppedStatus ?? signals.exitStatus ?? 1)
        } catch {
            try? announcement.mark(.failed)
            throw error
        }
    }

    private func record(with server: RolloutServer, _ line: ProgressLine) async throws -> Int {
        let done = Mutex((files: total - indices.count, steps: 0))
        let start = StepTimes.now()
        let batch = EpisodeBatch(
            vectors: [],
            episodes: indices.map { Episode(name: .recording($0), trackSeed: 0) })
        let trust = Mutex(RecordingTrust())
        let results = try await server.perform(batch) { (news: EpisodeNews) in
            switch news {
            case .distrusted(let party, _):
                // No data that are not to be believed are left in silence.
                for file in trust.withLock({ $0.withdraw(party) }) {
                    try FileManager.default.removeItem(at: file)
                }
            case .finished(let result, let data):
                guard let file = data else { return }
                let name = DatasetRecorder.fileName(result.name.candidate)
                let url = directory.appendingPathComponent(name)
                guard trust.withLock({ $0.accepts(result, as: url) }) else { return }
                try AtomicFile.write(file, to: url)
                let now = done.withLock {
                    $0.files += 1
                    $0.steps += result.outcome.steps
                    return $0
                }
                let rate = Int(Double(now.steps) / (StepTimes.now() - start))
                line.update(
                    now.files,
                    fields: [("steps/s", "\(rate)"), ("workers", "\(server.counters().workers)")])
                server.setRunStatus(
                    RunProgress(
                        .recording, done: now.files, total: total, stepsPerSecond: Double(rate)))
            }
        }
        return results.count { $0.outcome.end == .setAside } + trust.withLock { $0.refused }
    }
}
