// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import ClusterProtocol
import Episodes
import Foundation

import ClusterSessions
import RolloutServer

extension SimulatedCluster {
    /// A worker tries to connect before long.
    func knock(_ worker: Int) {
        queue.add(
            .connect(worker: worker, life: workers[worker].life),
            at: clock + random.uniform(0.005, 0.2))
    }

    func connect(_ worker: Int) throws {
        guard workers[worker].connection == nil else { return }
        guard server != nil else { return knock(worker) }
        let index = connections.count
        let name = withUnsafeBytes(of: UInt32(index).bigEndian) { Array($0) }
        // No draw of its own: stories without losses stay what they were.
        connections.append(
            Connection(
                worker: worker, peer: PeerIdentifier(name), serverLife: serverLife,
                spoilsModel: script.loss > 0 && index % 3 == 0))
        workers[worker].connection = index
        workers[worker].session.connected(at: workers[worker].local(clock))
        try workerActs(worker)
    }

    func workerTurn(_ worker: Int) throws {
        let life = workers[worker].life
        if clock >= workers[worker].hungUntil {
            for core in Set(workers[worker].running.values.map(\.core))
            where !workers[worker].hungCores.contains(core) {
                workers[worker].progress[core] += 1
            }
        }
        if workers[worker].character == .flooder { flood(worker) }
        let now = workers[worker].local(clock)
        workers[worker].session.tick(at: now, cores: workers[worker].signs)
        try workerActs(worker)
        guard workers[worker].isAlive, workers[worker].life == life else { return }
        let deadline = workers[worker].global(workers[worker].session.deadline(after: now))
        queue.add(
            .workerTurn(worker: worker, life: life), at: max(clock + 0.02, deadline))
    }

    func episodeEnds(_ worker: Int, _ lease: UInt64, _ event: Event) throws {
        guard clock >= workers[worker].hungUntil else {
            return queue.add(event, at: workers[worker].hungUntil)
        }
        let character = workers[worker].character
        if character == .holder { return }
        guard let core = workers[worker].running[lease]?.core,
            !workers[worker].hungCores.contains(core),
            let order = workers[worker].running.removeValue(forKey: lease)?.order
        else { return }
        beginWaiting(worker)
        if character == .babbler { babble(worker, lease) }
        var outcome = SimulatedWorker.outcome(order.episode, order.parameters)
        if character == .liar { outcome.episodeReturn += 1 }
        var file = script.records ? SimulatedWorker.file(order.episode) : nil
        if character == .liar { file?[0] ^= 1 }
        workers[worker].session.finished(
            FinishedEpisode(
                ticket: lease, episode: order.episode,
                outcome: character == .failer
                    ? .failure(EpisodeFailure("no space left")) : .success(outcome),
                file: character == .failer ? nil : file),
            seconds: 0.1, core: core)
        try workerActs(worker)
    }

    /// Says what is nobody's use.
    private func flood(_ worker: Int) {
        guard let connection = workers[worker].connection else { return }
        let membership = workers[worker].session.membership
        for _ in 0..<3 {
            let frame =
                switch random.integer(below: 3) {
                case 0:
                    WorkerFrame(
                        .hello(workers[worker].session.configuration.hello), run: "", session: 0)
                case 1: WorkerFrame(.statusRequest, run: "", session: 0)
                default:
                    WorkerFrame(
                        .goodbye(reason: "flood"), run: membership?.run ?? "",
                        session: membership?.session ?? 0)
                }
            transmit(frame.encoded(), by: connection, toServer: true)
        }
    }

    /// Says something that cannot be so.
    private func babble(_ worker: Int, _ lease: UInt64) {
        guard let connection = workers[worker].connection,
            let membership = workers[worker].session.membership
        else { return }
        var outcome = EpisodeOutcome(
            episodeReturn: 1e6, steps: 10, tilesVisited: 9, trackTiles: 5, end: .lapCompleted)
        var target = lease
        switch random.integer(below: 5) {
        case 0: break
        case 1: outcome.episodeReturn = .nan
        case 2:
            // A result that could be true, for a lease that is not its own.
            outcome.trackTiles = 200
            let others = workers.filter { $0.index != worker }.flatMap(\.running.keys).sorted()
            target = others.isEmpty ? 3 : others[Int(random.integer(below: UInt32(others.count)))]
        case 3:
            return transmit(
                (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next32()) }, by: connection,
                toServer: true)
        default: outcome = .setAside
        }
        let result = LeasedResult(lease: target, report: .outcome(outcome), seconds: 0)
        transmit(
            WorkerFrame(
                .results([result, result]), run: membership.run, session: membership.session
            ).encoded(), by: connection, toServer: true)
    }

    private func beginWaiting(_ worker: Int) {
        while let core = workers[worker].freeCore, !workers[worker].waiting.isEmpty {
            let order = workers[worker].waiting.removeFirst()
            workers[worker].running[order.lease] = (order, core)
            queue.add(
                .episodeEnds(
                    worker: worker, life: workers[worker].life, lease: order.lease),
                at: clock + random.uniform(0.02, 0.4))
        }
    }

    func workerActs(_ worker: Int) throws {
        for action in workers[worker].session.takeActions() {
            switch action {
            case .send(let bytes):
                guard let connection = workers[worker].connection, random.unit() >= script.loss
                else { continue }
                transmit(bytes, by: connection, toServer: true)
            case .hangUp:
                if let connection = workers[worker].connection {
                    close(connection, workerNoticesAfter: 0, serverNoticesAfter: 0.01)
                }
            case .startEngine(let models, _):
                guard models == ["vae": Self.model] else {
                    throw BrokenInvariant("host\(worker) works with another model")
                }
                workers[worker].waiting = []
                workers[worker].running = [:]
            case .begin(let orders):
                workers[worker].waiting += orders
                beginWaiting(worker)
            case .useCores: beginWaiting(worker)
            case .replaceEngine(let core, let seconds):
                let lost = workers[worker].running.filter { $0.value.core == core }.keys.sorted()
                for lease in lost { workers[worker].running[lease] = nil }
                workers[worker].hungCores.remove(core)
                workers[worker].session.coreLost(
                    CoreLoss(core: core, seconds: seconds, leases: lost))
                beginWaiting(worker)
            case .tell(let notice): note("host\(worker): \(notice)")
            case .end(let end):
                note("host\(worker) ends: \(end)")
                workerDies(worker, after: random.uniform(0, 0.5), inPeace: true)
            }
        }
        while let connection = workers[worker].connection,
            let frame = workers[worker].session.nextResults, random.unit() >= script.loss
        {
            transmit(frame, by: connection, toServer: true)
            workers[worker].session.resultsSent()
        }
        try workers[worker].session.checkInvariants()
    }

    /// Ends a worker's process; another one is started in its place.
    func workerDies(_ worker: Int, after seconds: Double, inPeace: Bool = false) {
        workers[worker].isAlive = false
        if let connection = workers[worker].connection {
            connections[connection].deliversRest = inPeace
            let rest = inPeace ? max(0, connections[connection].lastToServer - clock) + 0.001 : 0
            close(
                connection, workerNoticesAfter: nil,
                serverNoticesAfter: rest + random.uniform(0, 0.2))
        }
        workers[worker].connection = nil
        quietSince = max(quietSince, clock + seconds)
        queue.add(.workerReturns(worker: worker), at: clock + seconds)
    }

    /// Something goes wrong.
    func fault() throws {
        guard let mean = script.faultSeconds, clock < script.faultsEnd else { return }
        queue.add(.fault, at: clock - mean * log(1 - random.unit()))
        let worker = Int(random.integer(below: UInt32(workers.count)))
        let seconds = random.uniform(0.05, 4)
        switch random.integer(below: 7) {
        case 0, 1:
            note("host\(worker) is killed for \(seconds) s")
            workerDies(worker, after: seconds)
        case 2:
            note("host\(worker) is paused for \(seconds) s")
            workers[worker].pausedUntil = max(workers[worker].pausedUntil, clock + seconds)
        case 3 where seconds > 2:
            note("core 0 of host\(worker) hangs")
            workers[worker].hungCores.insert(0)
        case 3:
            note("host\(worker) hangs for \(seconds) s")
            workers[worker].hungUntil = max(workers[worker].hungUntil, clock + seconds)
        case 4:
            guard let connection = workers[worker].connection else { return }
            note("host\(worker) is cut off for \(seconds) s")
            connections[connection].cutUntil = clock + seconds
            // A link that is cut for long breaks, and each end notices in its time.
            if seconds > 1.5 {
                close(
                    connection, workerNoticesAfter: random.uniform(1.5, 3),
                    serverNoticesAfter: random.uniform(1.5, 3))
            }
        case 5:
            note("host\(worker) is told to stop")
            let withdrawn = workers[worker].waiting.map(\.lease)
            workers[worker].waiting = []
            workers[worker].session.drain(
                withdrawn: withdrawn, at: workers[worker].local(clock))
            try workerActs(worker)
        default:
            if script.killsCoordinator, server != nil { throw Crash() }
        }
        quietSince = max(quietSince, clock + seconds)
        // No draw of its own, so that stories of earlier stay what they were.
        if Int(seconds * 1000) % 5 == 0 { scale(to: 1 + Int(seconds * 100) % 3) }
    }

    /// Somebody has all workers use so many cores.
    private func scale(to cores: Int) {
        note("all are told to use \(cores) cores")
        server?.received(
            WorkerFrame(.scale(host: nil, cores: cores)).encoded(),
            from: PeerIdentifier(Array("operator".utf8)), at: clock)
        serverActs()
    }
}
