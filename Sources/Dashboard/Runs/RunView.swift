// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import ClusterProtocol
import Foundation
import RunStore
import Synchronization

/// One run as the page sees it: its database, opened when it is first asked for, and what is worth
/// keeping between two questions.
///
/// Its methods are called from one thread at a time, and may take a while.
final class RunView: Sendable {
    let run: ServedRun
    /// What it is called in addresses.
    let name: String

    private struct State {
        var reader: RunReader?
        /// Which file the reader has open: another one in its place is another run.
        var inode: UInt64 = 0
        var spreads: [ReturnSpread] = []
        var status: (ClusterStatus, at: ContinuousClock.Instant)?
        var rates = StepRates()
    }

    private let state = Mutex(State())
    let filming: FilmShelf

    init(_ run: ServedRun, name: String) {
        self.run = run
        self.name = name
        filming = FilmShelf(run)
    }

    /// The name of a run's directory, as far as it can stand in an address.
    static func name(of directory: RunDirectory) -> String {
        let last = directory.url.standardizedFileURL.lastPathComponent
        let name = last.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" }
        let text = String(name.prefix(100))
        return ["", ".", ".."].contains(text) ? "run" : text
    }

    /// The reading side of its database.
    func reader() throws -> RunReader {
        try state.withLock { state in
            let inode = self.inode
            if let reader = state.reader, state.inode == inode { return reader }
            let reader = try RunReader(run.directory, checksPages: false)
            state.reader = reader
            state.inode = inode
            state.spreads = []
            return reader
        }
    }

    /// How the returns of each generation are spread, of which only the new ones are read.
    func spreads() throws -> [ReturnSpread] {
        let reader = try reader()
        let known = state.withLock { $0.spreads }
        let new = try reader.returnSpreads(after: known.last?.generation ?? 0)
        // A generation under way has no candidates yet: what is there is complete.
        if !new.isEmpty { state.withLock { $0.spreads = known + new } }
        return known + new
    }

    /// How its cluster is; nil where this process is not its coordinator.
    func status() -> ClusterStatus? {
        guard let ask = run.status else { return nil }
        let now = ContinuousClock.now
        if let known = state.withLock({ $0.status }), now - known.at < .milliseconds(500) {
            return known.0
        }
        guard let status = ask() else { return nil }
        state.withLock { state in
            state.status = (status, now)
            state.rates.note(status.workers, at: now)
        }
        return status
    }

    /// Steps a second of each worker, by its name, over the last half minute.
    func stepRates() -> [String: Double] {
        state.withLock { $0.rates.perSecond }
    }

    /// Whether a coordinator drives it, as far as this host can tell.
    var isDriven: Bool {
        run.status != nil || RunLock.isHeld(run.directory)
    }

    private var inode: UInt64 {
        var status = stat()
        let path = run.directory.database.path(percentEncoded: false)
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }
}

/// How fast workers step, by what they said of their cores' counts.
struct StepRates {
    private var history: [String: [(at: ContinuousClock.Instant, steps: UInt64)]] = [:]
    private static let window = Duration.seconds(30)

    mutating func note(_ workers: [WorkerSnapshot], at now: ContinuousClock.Instant) {
        var next: [String: [(at: ContinuousClock.Instant, steps: UInt64)]] = [:]
        for worker in workers {
            let steps = worker.coreSteps.reduce(0, &+)
            var points = history[worker.name] ?? []
            // One that was started anew counts from 0.
            if let last = points.last, last.steps > steps { points = [] }
            points.append((now, steps))
            let start = points.lastIndex { now - $0.at >= Self.window } ?? 0
            next[worker.name] = Array(points[start...])
        }
        history = next
    }

    var perSecond: [String: Double] {
        history.compactMapValues { points in
            guard let first = points.first, let last = points.last, last.at > first.at else {
                return nil
            }
            return Double(last.steps - first.steps) / (last.at - first.at).seconds
        }
    }
}
