// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import SwiftProtobuf

extension CoordinatorFrame {
    /// The message as one frame.
    package func encoded() -> [UInt8] {
        var wire = WireFromCoordinator()
        wire.protocolVersion = ProtocolVersion.current
        wire.run = run
        wire.session = session
        wire.body = WireFromCoordinator.OneOf_Body(message)
        return frame(of: wire)
    }

    /// Decodes and validates a message that reached a worker or a status client.
    ///
    /// A refusal passes whatever its version is: it is how another version says no.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let wire: WireFromCoordinator = try decode(bytes, limit: WireLimits.bytesToWorker)
        if case .refusal(let refusal) = wire.body {
            let message = try printable(refusal.message, "refusal.message")
            self.init(.refusal(RefusalReason(refusal.reason), message), run: "", session: 0)
            return
        }
        guard wire.protocolVersion == ProtocolVersion.current else {
            throw .version(theirs: wire.protocolVersion, ours: ProtocolVersion.current)
        }
        self.init(
            try CoordinatorMessage(wire.body), run: try printable(wire.run, "run"),
            session: wire.session)
    }
}

extension WireFromCoordinator.OneOf_Body {
    fileprivate init(_ message: CoordinatorMessage) {
        switch message {
        case .welcome(let welcome): self = .welcome(WireWelcome(welcome))
        case .refusal(let reason, let text):
            self = .refusal(
                .with {
                    $0.reason = WireRefusal.Reason(reason)
                    $0.message = String(text.prefix(500))
                })
        case .modelPiece(let sha256, let offset, let data):
            self = .modelChunk(
                .with {
                    $0.sha256 = sha256
                    $0.offset = offset
                    $0.data = data
                })
        case .assignments(let assignments):
            self = .assignments(
                .with {
                    $0.vectors = assignments.vectors
                    $0.assignments = assignments.assignments.map { assignment in
                        .with {
                            $0.lease = assignment.lease
                            $0.episode = WireEpisode(
                                assignment.episode, vector: assignment.episode.vector)
                        }
                    }
                })
        case .wait(let reason): self = .wait(.with { $0.reason = String(reason.prefix(200)) })
        case .rejoin: self = .rejoin(WireRejoin())
        case .farewell(let farewell, let reason):
            self = .farewell(
                .with {
                    $0.reason = String(reason.prefix(200))
                    $0.kind = WireFarewell.Kind(farewell)
                })
        case .status(let status):
            // It has nothing that JSON cannot write; a status without a report is refused as such.
            let json = try? status.encoded(bytes: WireLimits.statusBytes)
            self = .status(.with { $0.json = json ?? Data() })
        case .useCores(let count): self = .useCores(.with { $0.cores = UInt32(clamping: count) })
        case .scaled(.told(let workers, let limited)):
            self = .scaled(
                .with {
                    $0.workers = UInt32(clamping: workers)
                    $0.limited = UInt32(clamping: limited)
                })
        case .scaled(.refused(let reason)):
            self = .scaled(.with { $0.problem = String(reason.prefix(200)) })
        }
    }
}

extension CoordinatorMessage {
    fileprivate init(_ body: WireFromCoordinator.OneOf_Body?) throws(WireError) {
        switch body {
        case nil: throw .noBody
        case .refusal: throw .noBody
        case .welcome(let wire): self = .welcome(try Welcome(wire))
        case .modelChunk(let wire):
            try checkDigest(wire.sha256, "model_chunk.sha256")
            guard wire.data.count <= WireLimits.chunkBytes else {
                throw .field("model_chunk.data", "has \(wire.data.count) bytes")
            }
            self = .modelPiece(sha256: wire.sha256, offset: wire.offset, data: wire.data)
        case .assignments(let wire): self = .assignments(try Assignments(wire))
        case .wait(let wire): self = .wait(try printable(wire.reason, "wait.reason"))
        case .rejoin: self = .rejoin
        case .farewell(let wire):
            self = .farewell(
                Farewell(wire.kind), reason: try printable(wire.reason, "farewell.reason"))
        case .status(let wire):
            guard let status = try? JSONDecoder().decode(ClusterStatus.self, from: wire.json)
            else { throw .field("status.json", "is no report") }
            try checkCount(status.workers.count, WireLimits.workersInStatus, "status.workers")
            self = .status(try status.printable())
        case .useCores(let wire): self = .useCores(try cores(wire.cores, "use_cores.cores"))
        case .scaled(let wire):
            let problem = try printable(wire.problem, "scaled.problem")
            self = .scaled(
                problem.isEmpty
                    ? .told(workers: Int(wire.workers), limited: Int(wire.limited))
                    : .refused(problem))
        }
    }
}

extension WireWelcome {
    fileprivate init(_ welcome: Welcome) {
        self.init()
        models = welcome.models.map { model in
            .with {
                $0.name = model.name
                $0.sha256 = model.sha256
                $0.size = UInt64(clamping: model.size)
            }
        }
        work = .with {
            switch welcome.work {
            case .score(let settings): $0.score = settings
            case .record(let settings): $0.record = settings
            case .objective(let settings): $0.objective = settings
            case .dream(let settings): $0.dream = settings
            }
        }
        heartbeatSeconds = welcome.heartbeatSeconds
    }
}

extension Welcome {
    fileprivate init(_ wire: WireWelcome) throws(WireError) {
        try checkCount(wire.models.count, WireLimits.models, "welcome.models")
        var models: [ModelDescription] = []
        var room = UInt64(WireLimits.modelBytes)
        for model in wire.models {
            try checkDigest(model.sha256, "model.sha256")
            guard model.size > 0, model.size <= room else {
                throw .field(
                    "model.size",
                    "is \(model.size); a run's models have at most \(WireLimits.modelBytes) bytes")
            }
            room -= model.size
            let name = try printable(model.name, "model.name")
            models.append(
                ModelDescription(name: name, sha256: model.sha256, size: Int(model.size)))
        }
        let work: Work
        switch wire.work.kind {
        case .score(let settings): work = .score(settings: settings)
        case .record(let settings): work = .record(settings: settings)
        case .objective(let settings): work = .objective(settings: settings)
        case .dream(let settings): work = .dream(settings: settings)
        case nil: throw .field("welcome.work", "is none that this build knows")
        }
        try checkCount(work.settings.count, WireLimits.settingsBytes, "welcome.work")
        guard wire.heartbeatSeconds >= 0.01, wire.heartbeatSeconds <= 3600 else {
            throw .field("welcome.heartbeat_seconds", "is \(wire.heartbeatSeconds)")
        }
        self.init(models: models, work: work, heartbeatSeconds: wire.heartbeatSeconds)
    }
}

extension ClusterStatus {
    /// The report with texts that can be shown; a coordinator has them from its workers.
    fileprivate func printable() throws(WireError) -> Self {
        var report = self
        report.software = try ClusterProtocol.printable(software, "status.software")
        for index in workers.indices {
            let worker = workers[index]
            report.workers[index].host = try ClusterProtocol.printable(worker.host, "status.host")
            report.workers[index].software = try ClusterProtocol.printable(
                worker.software, "status.version")
            report.workers[index].fingerprint = try ClusterProtocol.printable(
                worker.fingerprint, "status.fingerprint")
        }
        return report
    }
}

extension Assignments {
    fileprivate init(_ wire: WireAssignments) throws(WireError) {
        try checkCount(
            wire.assignments.count, WireLimits.assignmentsInMessage, "assignments.assignments")
        try checkCount(wire.vectors.count, wire.assignments.count, "assignments.vectors")
        for vector in wire.vectors
        where vector.count % 4 != 0 || vector.count > 4 * WireLimits.parameters {
            throw .field("assignments.vectors", "has one of \(vector.count) bytes")
        }
        var assignments: [Assignment] = []
        assignments.reserveCapacity(wire.assignments.count)
        for assignment in wire.assignments {
            assignments.append(
                Assignment(
                    lease: assignment.lease,
                    episode: try assignment.episode.episode(vectors: wire.vectors.count)))
        }
        self.init(vectors: wire.vectors, assignments: assignments)
    }
}

extension WireRefusal.Reason {
    fileprivate init(_ reason: RefusalReason) {
        self =
            switch reason {
            case .protocolVersion: .protocolVersion
            case .fingerprint: .fingerprint
            case .full: .full
            case .other: .unspecified
            }
    }
}

extension RefusalReason {
    fileprivate init(_ wire: WireRefusal.Reason) {
        self =
            switch wire {
            case .protocolVersion: .protocolVersion
            case .fingerprint: .fingerprint
            case .full: .full
            case .unspecified, .malformed, .UNRECOGNIZED: .other
            }
    }
}

extension WireFarewell.Kind {
    fileprivate init(_ farewell: Farewell) {
        self =
            switch farewell {
            case .answered: .unspecified
            case .paused: .paused
            case .finished: .finished
            case .failed: .failed
            }
    }
}

extension Farewell {
    fileprivate init(_ wire: WireFarewell.Kind) {
        self =
            switch wire {
            case .unspecified: .answered
            case .finished: .finished
            case .failed: .failed
            case .paused, .UNRECOGNIZED: .paused
            }
    }
}
