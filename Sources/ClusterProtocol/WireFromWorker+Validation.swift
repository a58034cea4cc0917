// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SwiftProtobuf

extension WireFromWorker {
    /// Decodes and validates a message that reached the coordinator.
    ///
    /// The version is judged before the body, so that a message of another version is refused by
    /// name and not as malformed.
    ///
    /// - Parameter bytes: One frame.
    /// - Throws: `WireError` with what is wrong.
    package init(validating bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= WireLimits.bytesToCoordinator else {
            throw .tooLong(bytes: bytes.count, limit: WireLimits.bytesToCoordinator)
        }
        do {
            var options = BinaryDecodingOptions()
            options.messageDepthLimit = 8
            options.discardUnknownFields = true
            self = try WireFromWorker(serializedBytes: bytes, options: options)
        } catch {
            throw .notAMessage(bytes: bytes.count)
        }
        guard protocolVersion == ProtocolVersion.current else {
            throw .version(theirs: protocolVersion, ours: ProtocolVersion.current)
        }
        try check(run, "run")
        switch body {
        case nil: throw .noBody
        case .hello(let hello): try hello.validate()
        case .modelRequest(let request):
            guard request.sha256.count == SHA256.byteCount else {
                throw .field("model_request.sha256", "has \(request.sha256.count) bytes, not 32")
            }
        case .ready(let ready): try checkCapacity(ready.capacity, "ready.capacity")
        case .results(let results):
            try checkCount(
                results.results.count, WireLimits.resultsInMessage, "results.results")
            for result in results.results { try result.validateShape() }
        case .heartbeat(let heartbeat):
            try checkCapacity(heartbeat.capacity, "heartbeat.capacity")
            try checkCount(heartbeat.leases.count, WireLimits.capacity, "heartbeat.leases")
        case .goodbye(let goodbye):
            try check(goodbye.reason, "goodbye.reason")
            try checkCount(goodbye.leases.count, WireLimits.capacity, "goodbye.leases")
        case .recordingChunk(let chunk): try chunk.validate()
        case .statusRequest: break
        }
    }
}

extension WireRecordingChunk {
    func validate() throws(WireError) {
        guard total > 0, total <= UInt64(WireLimits.recordingBytes) else {
            throw .field("recording_chunk.total", "is \(total)")
        }
        guard !data.isEmpty, data.count <= WireLimits.recordingChunkBytes else {
            throw .field("recording_chunk.data", "has \(data.count) bytes")
        }
        // The order of the two comparisons keeps the difference from going below 0.
        guard offset < total, UInt64(data.count) <= total - offset else {
            throw .field(
                "recording_chunk.offset",
                "is \(offset), where \(data.count) of \(total) bytes do not fit")
        }
    }
}

extension WireHello {
    /// Bytes of `instance`.
    package static let instanceBytes = 16

    func validate() throws(WireError) {
        guard instance.count == Self.instanceBytes else {
            throw .field("hello.instance", "has \(instance.count) bytes, not \(Self.instanceBytes)")
        }
        try check(host, "hello.host")
        try check(software, "hello.software")
        try check(fingerprint, "hello.fingerprint")
        guard environments > 0, environments <= UInt32(WireLimits.capacity) else {
            throw .field("hello.environments", "is \(environments)")
        }
    }
}

extension WireResult {
    /// Checks what can be checked without knowing the task.
    func validateShape() throws(WireError) {
        guard end.utf8.count <= WireLimits.endBytes else {
            throw .field("result.end", "has \(end.utf8.count) bytes")
        }
        guard recordingSha256.isEmpty || recordingSha256.count == SHA256.byteCount else {
            throw .field(
                "result.recording_sha256", "has \(recordingSha256.count) bytes, not 0 or 32")
        }
        try check(failure, "result.failure")
    }

    /// What is wrong with the numbers of a successful result; nil when they can be true.
    package var implausibility: String? {
        if !episodeReturn.isFinite { return "the return is \(episodeReturn)" }
        if steps == 0 || steps > WireLimits.steps { return "\(steps) steps" }
        if trackTiles > WireLimits.tiles { return "a track of \(trackTiles) tiles" }
        if tilesVisited > trackTiles { return "\(tilesVisited) of \(trackTiles) tiles visited" }
        if !(seconds.isFinite && seconds >= 0) { return "a duration of \(seconds) s" }
        return nil
    }
}

func check(_ text: String, _ name: String) throws(WireError) {
    guard text.utf8.count <= WireLimits.textBytes else {
        throw .field(name, "has \(text.utf8.count) bytes, more than \(WireLimits.textBytes)")
    }
}

func checkCount(_ count: Int, _ limit: Int, _ name: String) throws(WireError) {
    guard count <= limit else { throw .field(name, "has \(count) entries, more than \(limit)") }
}

func checkCapacity(_ capacity: UInt32, _ name: String) throws(WireError) {
    guard capacity <= UInt32(WireLimits.capacity) else {
        throw .field(name, "is \(capacity), more than \(WireLimits.capacity)")
    }
}
