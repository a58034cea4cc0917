// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SwiftProtobuf

extension WireFromCoordinator {
    /// Decodes and validates a message that reached a worker or a status client.
    ///
    /// A refusal passes whatever its version is: it is how another version says no.
    ///
    /// - Parameter bytes: One frame.
    /// - Throws: `WireError` with what is wrong.
    package init(validating bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= WireLimits.bytesToWorker else {
            throw .tooLong(bytes: bytes.count, limit: WireLimits.bytesToWorker)
        }
        do {
            var options = BinaryDecodingOptions()
            options.messageDepthLimit = 8
            options.discardUnknownFields = true
            self = try WireFromCoordinator(serializedBytes: bytes, options: options)
        } catch {
            throw .notAMessage(bytes: bytes.count)
        }
        if case .refusal(let refusal) = body {
            try check(refusal.message, "refusal.message")
            return
        }
        guard protocolVersion == ProtocolVersion.current else {
            throw .version(theirs: protocolVersion, ours: ProtocolVersion.current)
        }
        try check(run, "run")
        switch body {
        case nil: throw .noBody
        case .welcome(let welcome): try welcome.validate()
        case .modelChunk(let chunk):
            guard chunk.sha256.count == SHA256.byteCount else {
                throw .field("model_chunk.sha256", "has \(chunk.sha256.count) bytes, not 32")
            }
            guard chunk.data.count <= WireLimits.chunkBytes else {
                throw .field("model_chunk.data", "has \(chunk.data.count) bytes")
            }
        case .assignments(let message):
            try checkCount(
                message.assignments.count, WireLimits.assignmentsInMessage,
                "assignments.assignments")
            for assignment in message.assignments { try assignment.validate() }
        case .farewell(let farewell): try check(farewell.reason, "farewell.reason")
        case .status(let status):
            try checkCount(status.workers.count, WireLimits.workersInStatus, "status.workers")
        case .refusal, .rejoin: break
        }
    }
}

extension WireWelcome {
    func validate() throws(WireError) {
        try checkCount(models.count, WireLimits.models, "welcome.models")
        for model in models {
            try check(model.name, "model.name")
            guard model.sha256.count == SHA256.byteCount else {
                throw .field("model.sha256", "has \(model.sha256.count) bytes, not 32")
            }
            guard model.size > 0, model.size <= UInt64(WireLimits.modelBytes) else {
                throw .field("model.size", "is \(model.size)")
            }
        }
        try checkCount(settings.count, WireLimits.settingsBytes, "welcome.settings")
        guard heartbeatSeconds >= 0.01, heartbeatSeconds <= 3600 else {
            throw .field("welcome.heartbeat_seconds", "is \(heartbeatSeconds)")
        }
        guard leaseSeconds >= heartbeatSeconds, leaseSeconds <= 86_400 else {
            throw .field("welcome.lease_seconds", "is \(leaseSeconds)")
        }
    }
}

extension WireAssignment {
    func validate() throws(WireError) {
        guard parameters.count % 4 == 0, parameters.count <= 4 * WireLimits.parameters else {
            throw .field("assignment.parameters", "has \(parameters.count) bytes")
        }
    }
}
