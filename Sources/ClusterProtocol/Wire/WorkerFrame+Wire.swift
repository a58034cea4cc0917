// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SwiftProtobuf

extension WorkerFrame {
    /// The message as one frame.
    package func encoded() -> [UInt8] {
        var wire = WireFromWorker()
        wire.protocolVersion = version
        wire.run = run
        wire.session = session
        wire.body = WireFromWorker.OneOf_Body(message)
        return frame(of: wire)
    }

    /// Decodes and validates a message that reached the coordinator.
    ///
    /// The version is judged before the body, so that a message of another version is refused by
    /// name and not as malformed.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let wire: WireFromWorker = try decode(bytes, limit: WireLimits.bytesToCoordinator)
        guard wire.protocolVersion == ProtocolVersion.current else {
            throw .version(theirs: wire.protocolVersion, ours: ProtocolVersion.current)
        }
        self.init(
            try WorkerMessage(wire.body), run: try printable(wire.run, "run"),
            session: wire.session,
            version: wire.protocolVersion)
    }
}

extension WireFromWorker.OneOf_Body {
    fileprivate init(_ message: WorkerMessage) {
        switch message {
        case .hello(let hello): self = .hello(WireHello(hello))
        case .modelRequest(let sha256, let offset):
            self = .modelRequest(
                .with {
                    $0.sha256 = sha256
                    $0.offset = offset
                })
        case .ready(let capacity, let cores):
            self = .ready(
                .with {
                    $0.capacity = UInt32(clamping: capacity)
                    $0.cores = UInt32(clamping: cores)
                })
        case .results(let results):
            self = .results(.with { $0.results = results.map(WireResult.init) })
        case .recordingPiece(let piece):
            self = .recordingChunk(
                .with {
                    $0.lease = piece.lease
                    $0.offset = UInt64(clamping: piece.offset)
                    $0.total = UInt64(clamping: piece.total)
                    $0.data = piece.data
                })
        case .heartbeat(let heartbeat):
            self = .heartbeat(
                .with {
                    $0.progress = heartbeat.progress
                    $0.sentPieces = heartbeat.sentPieces
                    $0.leases = heartbeat.leases
                    $0.capacity = UInt32(clamping: heartbeat.capacity)
                    $0.cores = UInt32(clamping: heartbeat.cores)
                    $0.wantedCores = UInt32(clamping: heartbeat.wantedCores)
                })
        case .coreLost(let loss):
            self = .coreLost(
                .with {
                    $0.core = UInt32(clamping: loss.core)
                    $0.seconds = loss.seconds
                    $0.leases = loss.leases
                })
        case .goodbye(let reason): self = .goodbye(.with { $0.reason = String(reason.prefix(500)) })
        case .statusRequest: self = .statusRequest(WireStatusRequest())
        case .scale(let host, let cores):
            self = .scale(
                .with {
                    $0.host = String((host ?? "").prefix(200))
                    $0.cores = UInt32(clamping: cores)
                })
        }
    }
}

extension WorkerMessage {
    fileprivate init(_ body: WireFromWorker.OneOf_Body?) throws(WireError) {
        switch body {
        case nil: throw .noBody
        case .hello(let wire): self = .hello(try Hello(wire))
        case .modelRequest(let wire):
            try checkDigest(wire.sha256, "model_request.sha256")
            self = .modelRequest(sha256: wire.sha256, offset: wire.offset)
        case .ready(let wire):
            self = .ready(
                capacity: try capacity(wire.capacity, "ready.capacity"),
                cores: try cores(wire.cores, "ready.cores"))
        case .results(let wire):
            try checkCount(wire.results.count, WireLimits.resultsInMessage, "results.results")
            var results: [LeasedResult] = []
            results.reserveCapacity(wire.results.count)
            for result in wire.results { results.append(try result.result()) }
            self = .results(results)
        case .recordingChunk(let wire): self = .recordingPiece(try RecordingPiece(wire))
        case .heartbeat(let wire):
            try checkCount(wire.leases.count, WireLimits.capacity, "heartbeat.leases")
            try checkCount(wire.progress.count, WireLimits.cores, "heartbeat.progress")
            self = .heartbeat(
                Heartbeat(
                    progress: wire.progress, sentPieces: wire.sentPieces, leases: wire.leases,
                    capacity: try capacity(wire.capacity, "heartbeat.capacity"),
                    cores: try cores(wire.cores, "heartbeat.cores"),
                    wantedCores: try cores(wire.wantedCores, "heartbeat.wanted_cores")))
        case .coreLost(let wire):
            try checkCount(wire.leases.count, WireLimits.capacity, "core_lost.leases")
            guard wire.seconds >= 0, wire.seconds.isFinite, wire.core < UInt32(WireLimits.cores)
            else { throw .field("core_lost", "has core \(wire.core), \(wire.seconds) s") }
            self = .coreLost(
                CoreLoss(core: Int(wire.core), seconds: wire.seconds, leases: wire.leases))
        case .goodbye(let wire):
            self = .goodbye(reason: try printable(wire.reason, "goodbye.reason"))
        case .statusRequest: self = .statusRequest
        case .scale(let wire):
            let host = try printable(wire.host, "scale.host")
            self = .scale(
                host: host.isEmpty ? nil : host, cores: try cores(wire.cores, "scale.cores"))
        }
    }
}

extension WireHello {
    fileprivate init(_ hello: Hello) {
        self.init()
        instance = hello.instance
        host = String(hello.host.prefix(200))
        process = UInt32(truncatingIfNeeded: hello.process)
        cores = UInt32(clamping: hello.cores)
        environments = UInt32(clamping: hello.environments)
        software = hello.software
        fingerprint = String(hello.fingerprint.prefix(200))
    }
}

extension Hello {
    fileprivate init(_ wire: WireHello) throws(WireError) {
        guard wire.instance.count == Self.instanceBytes else {
            throw .field(
                "hello.instance", "has \(wire.instance.count) bytes, not \(Self.instanceBytes)")
        }
        guard wire.environments > 0, wire.environments <= UInt32(WireLimits.environments) else {
            throw .field("hello.environments", "is \(wire.environments)")
        }
        self.init(
            instance: wire.instance, host: try printable(wire.host, "hello.host"),
            process: Int(wire.process),
            cores: try ClusterProtocol.cores(wire.cores, "hello.cores"),
            environments: Int(wire.environments),
            software: try printable(wire.software, "hello.software"),
            fingerprint: try printable(wire.fingerprint, "hello.fingerprint"))
    }
}

extension RecordingPiece {
    fileprivate init(_ wire: WireRecordingChunk) throws(WireError) {
        guard wire.total > 0, wire.total <= UInt64(WireLimits.recordingBytes) else {
            throw .field("recording_chunk.total", "is \(wire.total)")
        }
        guard !wire.data.isEmpty, wire.data.count <= WireLimits.recordingChunkBytes else {
            throw .field("recording_chunk.data", "has \(wire.data.count) bytes")
        }
        // The order of the two comparisons keeps the difference from going below 0.
        guard wire.offset < wire.total, UInt64(wire.data.count) <= wire.total - wire.offset else {
            throw .field(
                "recording_chunk.offset",
                "is \(wire.offset), where \(wire.data.count) of \(wire.total) bytes do not fit")
        }
        self.init(
            lease: wire.lease, offset: Int(wire.offset), total: Int(wire.total), data: wire.data)
    }
}

private func capacity(_ value: UInt32, _ name: String) throws(WireError) -> Int {
    guard value <= UInt32(WireLimits.capacity) else {
        throw .field(name, "is \(value), more than \(WireLimits.capacity)")
    }
    return Int(value)
}

func cores(_ value: UInt32, _ name: String) throws(WireError) -> Int {
    guard (1...UInt32(WireLimits.cores)).contains(value) else {
        throw .field(name, "is \(value), and not 1 to \(WireLimits.cores)")
    }
    return Int(value)
}
