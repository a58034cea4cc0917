// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
import Foundation
import SwiftProtobuf

/// A message as one frame.
func frame(of message: some Message) -> [UInt8] {
    do {
        return try message.serializedBytes()
    } catch {
        // The contract has no required fields; all that is left is a message beyond 2 GiB.
        preconditionFailure("a message that cannot be encoded: \(error)")
    }
}

/// The message in a frame from outside.
///
/// - Parameters:
///   - bytes: The frame.
///   - limit: The longest that is looked at.
/// - Returns: The message; its fields are not looked at.
/// - Throws: `WireError.tooLong` or `.notAMessage`.
func decode<Body: Message>(_ bytes: [UInt8], limit: Int) throws(WireError) -> Body {
    guard bytes.count <= limit else { throw .tooLong(bytes: bytes.count, limit: limit) }
    do {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = 8
        options.discardUnknownFields = true
        return try Body(serializedBytes: bytes, options: options)
    } catch {
        throw .notAMessage(bytes: bytes.count)
    }
}

/// A text from a peer, fit for a terminal, a log or a page: this is where all of them come in.
///
/// - Parameters:
///   - text: The text as it came.
///   - name: The field, for the error.
/// - Returns: The text with what must not reach a terminal escaped.
/// - Throws: `WireError.field` for a text that is too long, escaped as it is sent on: one that a
///   peer's status takes on must be one that whoever asks for the status takes as well.
func printable(_ text: String, _ name: String) throws(WireError) -> String {
    let shown = text.printable
    guard shown.utf8.count <= WireLimits.textBytes else {
        throw .field(name, "has \(shown.utf8.count) bytes, more than \(WireLimits.textBytes)")
    }
    return shown
}

func checkCount(_ count: Int, _ limit: Int, _ name: String) throws(WireError) {
    guard count <= limit else { throw .field(name, "has \(count) entries, more than \(limit)") }
}

func checkDigest(_ digest: Data, _ name: String) throws(WireError) {
    guard digest.count == SHA256.byteCount else {
        throw .field(name, "has \(digest.count) bytes, not 32")
    }
}
