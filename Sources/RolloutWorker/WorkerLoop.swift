// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Episodes
import Foundation

/// The worker's event loop: the thread that owns the transport and the clock.
///
/// It decides nothing: `WorkerSession` does.
final class WorkerLoop {
    private let transport: any Transport
    private let environments: Int
    private let factory: EngineFactory
    private let report: RolloutWorker.Report
    private var session: WorkerSession
    private var pool: CorePool?
    private let start = ContinuousClock.now

    init(
        session: WorkerSession, transport: any Transport, factory: @escaping EngineFactory,
        report: @escaping RolloutWorker.Report
    ) {
        self.session = session
        self.transport = transport
        self.factory = factory
        self.report = report
        environments = session.configuration.hello.environments
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Waits for something to happen and deals with it.
    ///
    /// - Returns: How it ended, once it has.
    /// - Throws: `TransportError`.
    func turn() throws -> WorkerSession.End? {
        var event = try transport.receive(waitingAtMost: session.deadline(after: now) - now)
        while let current = event {
            handle(current)
            event = try transport.receive(waitingAtMost: 0)
        }
        if let pool {
            let (finished, failure) = pool.takeFinished()
            for item in finished {
                session.finished(
                    item.episode, seconds: item.seconds, coreSeconds: item.coreSeconds,
                    core: item.core)
            }
            if let failure { session.engineFailed(failure) }
        }
        if let end = try perform() { return end }
        while let frame = session.nextResults, try transport.send(frame, to: .coordinator) {
            session.resultsSent()
        }
        if session.isDue(at: now) {
            session.expire(withdrawn: pool?.withdrawWaiting() ?? [], at: now)
        }
        session.tick(at: now, cores: pool?.signs() ?? [])
        return try perform()
    }

    /// Takes no more work; `turn` says when what runs has ended.
    func drain() {
        session.drain(withdrawn: pool?.withdrawWaiting() ?? [], at: now)
    }

    /// Hands back what is in hand and says goodbye.
    func leave(_ reason: String) {
        session.leave(reason)
    }

    /// Waits until the coordinator has read the goodbye, for a second at most: what is unread of a
    /// connection when it ends may be lost, and the tasks would wait for a silence to be noticed.
    func awaitAnswer() throws {
        let deadline = now + 1
        while session.awaitsAnswer, now < deadline {
            switch try transport.receive(waitingAtMost: deadline - now) {
            case .message(_, let bytes, _): session.received(bytes, at: now)
            case .connectionLost: return
            default: break
            }
        }
    }

    /// Ends the engines' threads.
    func end() {
        pool?.stop()
        pool = nil
    }

    private func handle(_ event: TransportEvent) {
        switch event {
        case .connected: session.connected(to: transport.run, at: now)
        case .connectionLost: session.connectionLost(at: now)
        case .handshakeFailed(let reason): session.handshakeFailed(reason, at: now)
        case .message(_, let bytes, _): session.received(bytes, at: now)
        case .disconnected, .clientList: break
        }
    }

    private func perform() throws -> WorkerSession.End? {
        for action in session.takeActions() {
            switch action {
            case .send(let bytes): _ = try transport.send(bytes, to: .coordinator)
            case .hangUp: transport.hangUp()
            case .startEngine(let models, let work):
                pool?.stop()
                let waker = transport.waker
                let pool = CorePool(
                    cores: session.cores, environments: environments,
                    wakeSocket: { waker.wake() })
                pool.start(models: models, work: work, factory: factory)
                self.pool = pool
            case .begin(let orders): pool?.add(orders)
            case .useCores(let count): pool?.use(cores: count)
            case .replaceEngine(let core, let seconds):
                let leases = pool?.replaceEngine(of: core) ?? []
                session.coreLost(CoreLoss(core: core, seconds: seconds, leases: leases))
            case .tell(let notice):
                let diagnosis = notice == .noCoordinator ? transport.diagnosis() : nil
                report(
                    WorkerReport(
                        event: notice.kind, isTrouble: notice.isTrouble,
                        text: notice.line(address: transport.address, diagnosis: diagnosis)))
            case .end(let end): return end
            }
        }
        return nil
    }
}

/// What people are told of a worker.
package struct WorkerReport: Sendable {
    /// A short word for programs.
    package var event: String
    /// Whether something is not as it should be.
    package var isTrouble: Bool
    /// One line for people.
    package var text: String
}

extension WorkerSession.Notice {
    fileprivate var kind: String {
        switch self {
        case .connected: "connected"
        case .scaled: "scaled"
        case .coreLost: "core-lost"
        case .lost: "lost"
        case .noCoordinator: "no-coordinator"
        case .noAnswer: "no-answer"
        case .notAccepted: "not-accepted"
        case .waiting: "waiting"
        case .farewell: "farewell"
        case .otherRun: "other-run"
        case .draining: "draining"
        case .malformed: "malformed"
        case .corruptModel: "corrupt-model"
        }
    }

    fileprivate var isTrouble: Bool {
        switch self {
        case .coreLost, .lost, .noCoordinator, .noAnswer, .notAccepted, .otherRun, .malformed,
            .corruptModel, .farewell(.failed, _):
            true
        case .connected, .scaled, .waiting, .farewell, .draining: false
        }
    }

    /// One line for people.
    fileprivate func line(address: String, diagnosis: String?) -> String {
        switch self {
        case .connected(let run, let cores, let environments):
            "connected to \(address), run \(run): \(cores) \(cores == 1 ? "core" : "cores"), "
                + "\(environments) environments on each"
        case .scaled(let former, let count):
            "told to use \(count) \(count == 1 ? "core" : "cores"), not \(former)"
        case .coreLost(let loss):
            "core \(loss.core) made no step for \(Int(loss.seconds)) s: its \(loss.leases.count) "
                + "episodes are handed back, another engine takes its place"
        case .lost: "lost the coordinator at \(address); trying again"
        case .noCoordinator:
            "no coordinator at \(address)\(diagnosis.map { ": \($0)" } ?? ""); still trying"
        case .noAnswer: "\(address) is there but does not answer; still trying"
        case .notAccepted(let reason):
            "the coordinator at \(address) did not accept us: \(reason); still trying"
        case .waiting(let reason): "\(address) prepares its run (\(reason)); waiting"
        case .farewell(.finished, let reason):
            "the coordinator has finished: \(reason); waiting for the next one"
        case .farewell(.failed, let reason):
            "the coordinator failed: \(reason); waiting until somebody starts it again"
        case .farewell(.paused, let reason), .farewell(.answered, let reason):
            "the coordinator stopped: \(reason); waiting for its return"
        case .otherRun(let found, let wanted):
            "\(address) has the run \(found), not \(wanted); still trying"
        case .draining(let episodes, let seconds):
            "draining: \(episodes) episodes in hand, at most \(seconds) s"
        case .malformed(let count, let last):
            "dropped \(count) malformed messages from the coordinator; the last: \(last)"
        case .corruptModel(let name):
            "the model \(name) does not have the SHA-256 it was announced with; again"
        }
    }
}
