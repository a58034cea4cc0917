// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import SwiftProtobuf
import Testing

struct WireValidationTests {
    private func hello() -> WireFromWorker {
        var message = WireFromWorker()
        message.protocolVersion = ProtocolVersion.current
        message.hello.instance = Data(repeating: 7, count: 16)
        message.hello.host = "host"
        message.hello.cores = 1
        message.hello.environments = 8
        return message
    }

    private func bytes(_ message: some Message) throws -> [UInt8] {
        try message.serializedBytes()
    }

    @Test func `a sound message is decoded as it was sent`() throws {
        let frame = try WorkerFrame(decoding: bytes(hello()))
        #expect(
            frame.message
                == .hello(
                    Hello(
                        instance: Data(repeating: 7, count: 16), host: "host", process: 0,
                        cores: 1, environments: 8, software: "", fingerprint: "")))
        #expect(try WorkerFrame(decoding: frame.encoded()) == frame)
    }

    @Test func `another version is refused by both numbers, whatever its body`() throws {
        var message = hello()
        message.protocolVersion = 999
        message.hello.instance = Data()
        let theirs = try bytes(message)
        let error = #expect(throws: WireError.self) { try WorkerFrame(decoding: theirs) }
        #expect(error == .version(theirs: 999, ours: ProtocolVersion.current))
        #expect(error?.description.contains("999") == true)
        #expect(error?.description.contains("\(ProtocolVersion.current)") == true)
    }

    @Test func `a refusal passes whatever its version`() throws {
        var message = WireFromCoordinator()
        message.protocolVersion = 999
        message.refusal.reason = .protocolVersion
        message.refusal.message = "no"
        #expect(
            try CoordinatorFrame(decoding: bytes(message)).message
                == .refusal(.protocolVersion, "no"))
        message.rejoin = WireRejoin()
        let rejoin = try bytes(message)
        #expect(throws: WireError.version(theirs: 999, ours: ProtocolVersion.current)) {
            try CoordinatorFrame(decoding: rejoin)
        }
    }

    @Test(arguments: [
        "instance", "host", "environments", "capacity", "sha", "results", "leases", "total",
        "data", "offset", "file_digest", "body",
    ])
    func `a field beyond its limit is refused by its name`(field: String) throws {
        var message = hello()
        switch field {
        case "instance": message.hello.instance = Data(count: 15)
        case "host": message.hello.host = String(repeating: "x", count: 2000)
        case "environments": message.hello.environments = 0
        case "capacity": message.ready.capacity = 1_000_000
        case "sha": message.modelRequest.sha256 = Data(count: 31)
        case "results":
            message.results.results = Array(
                repeating: WireResult(), count: WireLimits.resultsInMessage + 1)
        case "leases":
            message.heartbeat.leases = Array(repeating: 1, count: WireLimits.capacity + 1)
        case "total": message.recordingChunk = chunk(total: UInt64(WireLimits.recordingBytes) + 1)
        case "data":
            message.recordingChunk = chunk(
                total: 1 << 20, bytes: WireLimits.recordingChunkBytes + 1)
        case "offset": message.recordingChunk = chunk(offset: 91, total: 100)
        case "file_digest":
            message.results.results = [WireResult()]
            message.results.results[0].outcome.fileDigest = Data(count: 31)
        default: message.body = nil
        }
        let sent = try bytes(message)
        let error = #expect(throws: WireError.self) { try WorkerFrame(decoding: sent) }
        #expect(error?.description.contains(field) == true)
    }

    @Test func `numbers that no worker has are refused by their field`() throws {
        let changes: [(field: String, change: (inout WireFromWorker) -> Void)] = [
            ("hello.cores", { $0.hello.cores = 0 }),
            ("hello.cores", { $0.hello.cores = UInt32(WireLimits.cores) + 1 }),
            (
                "hello.environments",
                { $0.hello.environments = UInt32(WireLimits.environments) + 1 }
            ),
            ("ready.cores", { $0.ready.cores = 0 }),
            (
                "heartbeat.progress",
                { $0.heartbeat.progress = Array(repeating: 1, count: WireLimits.cores + 1) }
            ),
            ("heartbeat.capacity", { $0.heartbeat.capacity = UInt32(WireLimits.capacity) + 1 }),
            ("heartbeat.cores", { $0.heartbeat.cores = 0 }),
            (
                "heartbeat.wanted_cores",
                {
                    $0.heartbeat.cores = 1
                    $0.heartbeat.wantedCores = UInt32(WireLimits.cores) + 1
                }
            ),
            ("core_lost", { $0.coreLost.seconds = -1 }),
            ("core_lost", { $0.coreLost.seconds = .nan }),
            ("core_lost", { $0.coreLost.core = UInt32(WireLimits.cores) }),
            (
                "core_lost.leases",
                { $0.coreLost.leases = Array(repeating: 1, count: WireLimits.capacity + 1) }
            ),
            ("scale.cores", { $0.scale.cores = 0 }),
        ]
        for (field, change) in changes {
            var message = hello()
            change(&message)
            let sent = try bytes(message)
            let error = #expect(throws: WireError.self, "\(field)") {
                try WorkerFrame(decoding: sent)
            }
            #expect(error?.description.contains("the field \(field) ") == true)
        }
        #expect(throws: WireError.self) {
            try report {
                $0.outcome.info = (0...WireLimits.infoNumbers).map { number in
                    .with { $0.name = "\(number)" }
                }
            }
        }
    }

    @Test func `what no coordinator has is refused by its field`() throws {
        let digest = Data(count: 32)
        func welcome(_ change: @escaping (inout WireWelcome) -> Void) -> (
            inout WireFromCoordinator
        ) -> Void {
            {
                $0.welcome.heartbeatSeconds = 1
                $0.welcome.work.score = Data("{}".utf8)
                change(&$0.welcome)
            }
        }
        func assignments(_ count: Int, _ vectors: [Data]) -> (inout WireFromCoordinator) -> Void {
            {
                $0.assignments.vectors = vectors
                $0.assignments.assignments = Array(repeating: WireAssignment(), count: count)
            }
        }
        let changes: [(field: String, change: (inout WireFromCoordinator) -> Void)] = [
            (
                "welcome.models",
                welcome {
                    $0.models = (0...WireLimits.models).map { _ in
                        .with { ($0.name, $0.sha256, $0.size) = ("v", digest, 1) }
                    }
                }
            ),
            (
                "model.sha256",
                welcome { $0.models = [.with { ($0.name, $0.size) = ("v", 1) }] }
            ),
            ("welcome.work", welcome { $0.work.kind = nil }),
            ("welcome.work", welcome { $0.work.score = Data(count: WireLimits.settingsBytes + 1) }),
            ("welcome.heartbeat_seconds", welcome { $0.heartbeatSeconds = 0 }),
            ("welcome.heartbeat_seconds", welcome { $0.heartbeatSeconds = .nan }),
            ("welcome.heartbeat_seconds", welcome { $0.heartbeatSeconds = 1e9 }),
            (
                "model_chunk.data",
                {
                    $0.modelChunk.sha256 = digest
                    $0.modelChunk.data = Data(count: WireLimits.chunkBytes + 1)
                }
            ),
            ("assignments.assignments", assignments(WireLimits.assignmentsInMessage + 1, [])),
            ("assignments.vectors", assignments(1, [Data(count: 4), Data(count: 4)])),
            ("assignments.vectors", assignments(1, [Data(count: 3)])),
            (
                "assignments.vectors",
                assignments(1, [Data(count: 4 * WireLimits.parameters + 4)])
            ),
            ("use_cores.cores", { $0.useCores.cores = 0 }),
            ("use_cores.cores", { $0.useCores.cores = UInt32(WireLimits.cores) + 1 }),
            ("status.json", { $0.status.json = Data("{}".utf8) }),
        ]
        for (field, change) in changes {
            var message = WireFromCoordinator()
            message.protocolVersion = ProtocolVersion.current
            change(&message)
            let sent = try bytes(message)
            let error = #expect(throws: WireError.self, "\(field)") {
                try CoordinatorFrame(decoding: sent)
            }
            #expect(error?.description.contains("the field \(field) ") == true, "\(field)")
        }
    }

    private func chunk(offset: UInt64 = 0, total: UInt64, bytes: Int = 10) -> WireRecordingChunk {
        var chunk = WireRecordingChunk()
        chunk.offset = offset
        chunk.total = total
        chunk.data = Data(count: bytes)
        return chunk
    }

    @Test func `a recording's piece fits its file, whatever the numbers`() throws {
        var message = hello()
        for (offset, total, bytes) in [(0, 10, 10), (90, 100, 10), (0, 1 << 28, 1 << 18)] {
            message.recordingChunk = chunk(
                offset: UInt64(offset), total: UInt64(total), bytes: bytes)
            #expect(
                try WorkerFrame(decoding: self.bytes(message)).message
                    == .recordingPiece(
                        RecordingPiece(
                            lease: 0, offset: offset, total: total, data: Data(count: bytes))))
        }
        for (offset, total, bytes) in [
            (0, 0, 1), (0, 10, 0), (10, 10, 1), (UInt64.max, 10, 10), (UInt64.max - 5, 10, 10),
            (5, 4, 1), (0, UInt64.max, 1),
        ] as [(UInt64, UInt64, Int)] {
            message.recordingChunk = chunk(offset: offset, total: total, bytes: bytes)
            let sent = try self.bytes(message)
            #expect(throws: WireError.self, "\(offset) \(total) \(bytes)") {
                try WorkerFrame(decoding: sent)
            }
        }
    }

    @Test func `a run's models together have a limit, which 16 of the largest exceed`() throws {
        func frame(sizes: [UInt64]) throws -> [UInt8] {
            var message = WireFromCoordinator()
            message.protocolVersion = ProtocolVersion.current
            message.welcome.heartbeatSeconds = 1
            message.welcome.work.score = Data("{}".utf8)
            message.welcome.models = sizes.map { size in
                .with {
                    $0.name = "vae\r"
                    $0.sha256 = Data(count: 32)
                    $0.size = size
                }
            }
            return try bytes(message)
        }
        let half = UInt64(WireLimits.modelBytes / 2)
        guard
            case .welcome(let welcome) = try CoordinatorFrame(
                decoding: frame(sizes: [half, half])
            ).message
        else {
            Issue.record("it is no welcome")
            return
        }
        #expect(welcome.models.map(\.size) == [Int(half), Int(half)])
        #expect(welcome.models.map(\.name) == ["vae\\u{d}", "vae\\u{d}"])
        for sizes in [[half, half, 1], [2 * half + 1], [0], [.max, .max]] {
            let bytes = try frame(sizes: sizes)
            let error = #expect(throws: WireError.self) { try CoordinatorFrame(decoding: bytes) }
            #expect(error?.description.contains("model.size") == true)
        }
    }

    @Test func `a message beyond the length limit is not even decoded`() {
        let long = [UInt8](repeating: 0, count: WireLimits.bytesToCoordinator + 1)
        #expect(throws: WireError.tooLong(bytes: long.count, limit: long.count - 1)) {
            try WorkerFrame(decoding: long)
        }
    }

    private func report(_ change: (inout WireResult) -> Void) throws -> LeasedResult.Report? {
        var result = WireResult()
        result.outcome.episodeReturn = 900
        result.outcome.steps = 1000
        result.outcome.trackTiles = 300
        result.outcome.tilesVisited = 300
        result.outcome.end = .lapCompleted
        result.seconds = 1
        change(&result)
        var message = hello()
        message.results.results = [result]
        guard case .results(let results) = try WorkerFrame(decoding: bytes(message)).message else {
            return nil
        }
        return results.first?.report
    }

    @Test func `an implausible result is told from a sound one`() throws {
        #expect(
            try report { _ in }
                == .outcome(
                    EpisodeOutcome(
                        episodeReturn: 900, steps: 1000, tilesVisited: 300, trackTiles: 300,
                        end: .lapCompleted)))
        #expect(try report { $0.failure = "no room" } == .failure(EpisodeFailure("no room")))
        // As no sender of ours would have it.
        #expect(
            try report { $0.failure = "no\u{1b}[2Kroom" }
                == .failure(EpisodeFailure("no\\u{1b}[2Kroom")))
        let changes: [(inout WireResult) -> Void] = [
            { $0.outcome.episodeReturn = .nan }, { $0.outcome.episodeReturn = .infinity },
            { $0.outcome.episodeReturn = -.infinity }, { $0.outcome.tilesVisited = 301 },
            { $0.outcome.steps = 0 }, { $0.outcome.steps = 1_000_001 }, { $0.seconds = .nan },
            { $0.seconds = -1 }, { $0.outcome.end = .unspecified },
            { $0.outcome.end = .UNRECOGNIZED(99) }, { $0.body = nil },
            { $0.outcome.trackTiles = WireLimits.tiles + 1 }, { $0.coreSeconds = -1 },
            { $0.coreSeconds = .nan }, { $0.core = UInt32(WireLimits.cores) },
        ]
        for (index, change) in changes.enumerated() {
            guard case .implausible = try report(change) else {
                Issue.record("change \(index) passes")
                continue
            }
        }
    }

    @Test func `no worker can say that an episode was set aside`() throws {
        let result = LeasedResult(lease: 1, report: .outcome(.setAside), seconds: 0)
        let frame = WorkerFrame(.results([result]))
        guard case .results(let decoded) = try WorkerFrame(decoding: frame.encoded()).message,
            case .implausible = decoded.first?.report
        else {
            Issue.record("it passes")
            return
        }
    }
}
