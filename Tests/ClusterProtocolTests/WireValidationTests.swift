// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation
import SwiftProtobuf
import Testing

struct WireValidationTests {
    private func hello() -> WireFromWorker {
        var message = WireFromWorker()
        message.protocolVersion = ProtocolVersion.current
        message.hello.instance = Data(repeating: 7, count: 16)
        message.hello.host = "host"
        message.hello.environments = 8
        return message
    }

    private func bytes(_ message: some Message) throws -> [UInt8] {
        try message.serializedBytes()
    }

    @Test func `a sound message is decoded as it was sent`() throws {
        let message = hello()
        #expect(try WireFromWorker(validating: bytes(message)) == message)
    }

    @Test func `another version is refused by both numbers, whatever its body`() throws {
        var message = hello()
        message.protocolVersion = 999
        message.hello.instance = Data()
        let theirs = try bytes(message)
        let error = #expect(throws: WireError.self) { try WireFromWorker(validating: theirs) }
        #expect(error == .version(theirs: 999, ours: ProtocolVersion.current))
        #expect(error?.description.contains("999") == true)
        #expect(error?.description.contains("\(ProtocolVersion.current)") == true)
    }

    @Test func `a refusal passes whatever its version`() throws {
        var message = WireFromCoordinator()
        message.protocolVersion = 999
        message.refusal.reason = .protocolVersion
        message.refusal.message = "no"
        #expect(try WireFromCoordinator(validating: bytes(message)) == message)
        message.rejoin = WireRejoin()
        let rejoin = try bytes(message)
        #expect(throws: WireError.version(theirs: 999, ours: ProtocolVersion.current)) {
            try WireFromCoordinator(validating: rejoin)
        }
    }

    @Test(arguments: [
        "instance", "host", "environments", "capacity", "sha", "results", "leases", "total",
        "data", "offset", "recording_sha256", "body",
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
        case "recording_sha256":
            message.results.results = [WireResult()]
            message.results.results[0].recordingSha256 = Data(count: 31)
        default: message.body = nil
        }
        let sent = try bytes(message)
        let error = #expect(throws: WireError.self) { try WireFromWorker(validating: sent) }
        #expect(error?.description.contains(field) == true)
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
            #expect(try WireFromWorker(validating: self.bytes(message)) == message)
        }
        for (offset, total, bytes) in [
            (0, 0, 1), (0, 10, 0), (10, 10, 1), (UInt64.max, 10, 10), (UInt64.max - 5, 10, 10),
            (5, 4, 1), (0, UInt64.max, 1),
        ] as [(UInt64, UInt64, Int)] {
            message.recordingChunk = chunk(offset: offset, total: total, bytes: bytes)
            let sent = try self.bytes(message)
            #expect(throws: WireError.self, "\(offset) \(total) \(bytes)") {
                try WireFromWorker(validating: sent)
            }
        }
    }

    @Test func `a message beyond the length limit is not even decoded`() {
        let long = [UInt8](repeating: 0, count: WireLimits.bytesToCoordinator + 1)
        #expect(throws: WireError.tooLong(bytes: long.count, limit: long.count - 1)) {
            try WireFromWorker(validating: long)
        }
    }

    @Test func `an implausible result is told from a sound one`() {
        var result = WireResult()
        result.episodeReturn = 900
        result.steps = 1000
        result.trackTiles = 300
        result.tilesVisited = 300
        result.seconds = 1
        #expect(result.implausibility == nil)
        for value in [Double.nan, .infinity, -.infinity] {
            var broken = result
            broken.episodeReturn = value
            #expect(broken.implausibility != nil)
        }
        var broken = result
        broken.tilesVisited = 301
        #expect(broken.implausibility != nil)
        broken = result
        broken.steps = 0
        #expect(broken.implausibility != nil)
    }

    @Test func `parameters keep every bit, NaN payloads included`() {
        let values: [Float] = [0, -0.0, 1.5, .infinity, Float(bitPattern: 0x7fc1_2345)]
        let data = ParameterBits.encode(values)
        #expect(data.count == 20)
        #expect(Array(data[8..<12]) == [0, 0, 0xc0, 0x3f])
        #expect(ParameterBits.decode(data).map(\.bitPattern) == values.map(\.bitPattern))
        // A slice does not start at index 0.
        #expect(ParameterBits.decode(data[4..<12]).map(\.bitPattern) == [0x8000_0000, 0x3fc0_0000])
    }
}
