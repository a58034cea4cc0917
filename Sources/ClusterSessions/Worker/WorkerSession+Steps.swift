// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
package import Episodes

// What several events lead to.
extension WorkerSession {
    /// Its place among a coordinator's workers, if it has one.
    package var membership: Membership? {
        switch state {
        case .fetching(let membership, _), .working(let membership, _): membership
        case .disconnected, .greeting, .over: nil
        }
    }

    var capacity: Int {
        drainDeadline == nil ? cores * tasksPerCore : 0
    }

    var tasksPerCore: Int { configuration.hello.environments + configuration.reserve }

    /// Uses another number of cores, as far as the process has them.
    mutating func use(cores wanted: Int, _ membership: Membership, at now: Seconds) {
        let count = min(wanted, configuration.hello.cores)
        guard drainDeadline == nil, count > 0 else { return }
        if count != cores { actions.append(.tell(.scaled(from: cores, to: count))) }
        cores = count
        actions.append(.useCores(count))
        sendHeartbeat(membership, at: now)
    }

    func belongs(_ frame: CoordinatorFrame, to membership: Membership) -> Bool {
        frame.session == membership.session && frame.run == membership.run
    }

    func encoded(_ message: WorkerMessage, _ membership: Membership?) -> [UInt8] {
        WorkerFrame(
            message, run: membership?.run ?? "", session: membership?.session ?? 0,
            version: configuration.protocolVersion
        ).encoded()
    }

    mutating func greet(at now: Seconds) {
        state = .greeting(lastHello: now)
        actions.append(.send(encoded(.hello(configuration.hello), nil)))
    }

    mutating func sendHeartbeat(_ membership: Membership, at now: Seconds) {
        state = .working(membership, lastHeartbeat: now)
        let heartbeat = Heartbeat(
            progress: watch.progress, sentPieces: outbox.sentPieces, leases: held.sorted(),
            capacity: capacity, cores: watch.used(of: cores), wantedCores: cores)
        actions.append(.send(encoded(.heartbeat(heartbeat), membership)))
    }

    mutating func sayGoodbye(_ reason: String) {
        guard case .working(let membership, _) = state else { return }
        actions.append(.send(encoded(.goodbye(reason: reason), membership)))
        awaitsAnswer = true
    }

    mutating func end(_ end: End) {
        state = .over
        actions.append(.end(end))
    }

    /// Asks for the next missing piece, or takes part when none is missing.
    mutating func fetchOrWork(_ membership: Membership, at now: Seconds) {
        let welcome = membership.welcome
        let source = EngineSource(models: welcome.models.map(\.sha256), work: welcome.work)
        if engine != source {
            for model in welcome.models {
                guard let offset = store.missing(model) else { continue }
                state = .fetching(membership, lastHeard: now)
                actions.append(
                    .send(
                        encoded(
                            .modelRequest(sha256: model.sha256, offset: UInt64(offset)),
                            membership)))
                return
            }
            engine = source
            held = []
            outbox.removeAll()
            actions.append(
                .startEngine(models: store.handOver(welcome.models), work: welcome.work))
        }
        actions.append(.send(encoded(.ready(capacity: capacity, cores: cores), membership)))
        sendHeartbeat(membership, at: now)
        actions.append(
            .tell(
                .connected(
                    run: membership.run, cores: cores,
                    environments: configuration.hello.environments)))
    }

    mutating func take(_ message: Assignments) {
        // Given before the coordinator knew: not named in heartbeats, so given to others.
        guard drainDeadline == nil else { return }
        // A coordinator that was restarted, or thought this worker dead, knows nothing of what
        // still runs here: up to twice the capacity may be in hand. Beyond that it is wrong, and
        // will miss the rest.
        let room = max(0, 2 * capacity - held.count)
        var vectors: [Int: [Float]] = [:]
        let orders = message.assignments.prefix(room).compactMap { assignment -> Order? in
            // In hand already: no honest coordinator names a lease twice, and no engine drives two
            // episodes under one.
            guard held.insert(assignment.lease).inserted else { return nil }
            let vector = assignment.episode.vector
            let parameters = vectors[vector] ?? message.parameters(of: assignment.episode)
            vectors[vector] = parameters
            return Order(
                lease: assignment.lease, episode: assignment.episode, parameters: parameters)
        }
        if !orders.isEmpty { actions.append(.begin(orders)) }
    }

    /// Looks for contradictions in the state; for tests, after each step.
    ///
    /// - Throws: `BrokenInvariant` naming one.
    package func checkInvariants() throws(BrokenInvariant) {
        try BrokenInvariant.check(
            held.isSuperset(of: outbox.leases), "results of leases that are not in hand")
        try BrokenInvariant.check(
            held.count <= 2 * configuration.hello.cores * tasksPerCore,
            "\(held.count) leases in hand")
        if case .working = state {
            try BrokenInvariant.check(engine != nil, "working without an engine")
        }
        if case .fetching = state { return }
        try BrokenInvariant.check(
            membership != nil || nextResults == nil, "results for nobody")
    }
}
