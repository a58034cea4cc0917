// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ClusterProtocol
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
    /// What is recorded.
    let settings: RecordingSettings
    /// V, M and C where a controller drives, else none.
    let models: [ServedModel]
    /// Where the files go; it exists.
    let directory: URL
    /// The files that are wanted.
    let indices: [Int]
    /// The files of the whole dataset, for people.
    let total: Int

    /// What is left when all tasks have come back.
    private struct Incomplete: Error, CustomStringConvertible {
        var count: Int

        var description: String {
            "\(count) episodes were set aside, since no worker could record them; the same command "
                + "tries them again"
        }
    }

    /// The files that a controller's workers need.
    ///
    /// - Parameter logdir: The run's directory, all three files in it.
    /// - Returns: V, M and C.
    /// - Throws: What reading a file throws.
    static func models(logdir: String) throws -> [ServedModel] {
        try AgentFiles.names.map { name in
            let file = URL(fileURLWithPath: logdir, isDirectory: true).appending(path: name)
            return ServedModel(
                name: file.deletingPathExtension().lastPathComponent,
                data: try Data(contentsOf: file))
        }
    }

    /// Records until all files are there, or until told to stop.
    ///
    /// - Parameters:
    ///   - bind: Where to listen.
    ///   - security: Who may connect.
    /// - Throws: `TransportError` if it cannot listen, `FileError` if a file cannot be written,
    ///   `ExitCode` when told to stop, and an error that says how many episodes nobody could record.
    func run(bind: String, security: ServerSecurityOptions) async throws {
        var configuration = try RolloutServer.Configuration(
            bind: bind, run: "recording-\(settings.policy.rawValue)-seed-\(settings.seed)",
            models: models, work: .record(settings: settings.encoded()))
        configuration.security = try security.security()
        configuration.isInsecureAllowed = security.insecure
        configuration.core.session.recordingBytes = settings.largestFile
        let server = try RolloutServer(configuration)
        defer { server.stop(reason: "the recording is over") }
        let line = ProgressLine(
            "recording", total: total, unit: "episodes", start: total - indices.count)
        let watcher = Task { await show(server.events, of: server, above: line) }
        defer { watcher.cancel() }
        let work = Task { try await record(with: server, line) }
        let signals = StopSignals { name in
            line.message("\(name): ending; once more ends at once")
            work.cancel()
        }
        tell(
            "\(directory.relativePath): recording \(indices.count) episodes; workers connect with: "
                + "worldmodels worker --connect \(server.address)")
        do {
            let failed = try await work.value
            line.finish()
            if failed > 0 { throw Incomplete(count: failed) }
        } catch is CancellationError {
            line.erase()
            tell("stopped; the same command records what is missing")
            throw ExitCode(signals.exitStatus ?? 1)
        }
    }

    /// Not by print, which keeps it back where the output is no terminal.
    private func tell(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private func record(with server: RolloutServer, _ line: ProgressLine) async throws -> Int {
        let done = Mutex((files: total - indices.count, steps: 0))
        let start = StepTimes.now()
        let batch = EpisodeBatch(
            vectors: [],
            episodes: indices.map { Episode(name: .recording($0), trackSeed: 0) })
        let results = try await server.perform(batch) { result, file in
            guard let file else { return }
            let name = DatasetRecorder.fileName(result.name.candidate)
            try AtomicFile.write(file, to: directory.appendingPathComponent(name))
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
                Data("{\"recording\":\(now.files),\"total\":\(total)}".utf8))
        }
        return results.count { $0.outcome.end == .setAside }
    }

    private func show(
        _ events: AsyncStream<ServerEvent>, of server: RolloutServer, above line: ProgressLine
    ) async {
        for await event in events {
            if case .waiting = event {
                line.message("\(event): worldmodels worker --connect \(server.address)")
            } else {
                line.message(event.description)
            }
        }
    }
}
