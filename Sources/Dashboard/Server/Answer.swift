// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import Foundation

/// What a request is answered with, whole.
struct Answer: Sendable {
    var status = 200
    var type = "application/json"
    var body = Data()
    /// Names the body's version, so that a browser that has it is not sent it again; nil: by its
    /// digest.
    var version: String?
    /// Whether it may be kept, and asked for again by its version.
    var isKept = true
    /// Headers beside those that every answer has.
    var headers: [(name: String, value: String)] = []

    /// A value as JSON.
    static func json(_ value: some Encodable, version: String? = nil) throws -> Answer {
        Answer(body: try JSONText.data(of: value), version: version)
    }

    /// A failure, as JSON with one sentence.
    static func failure(_ status: Int, _ reason: String) -> Answer {
        struct Failure: Encodable { var error: String }
        let body = (try? JSONText.data(of: Failure(error: reason))) ?? Data()
        return Answer(status: status, body: body, isKept: false)
    }

    /// Text of a type.
    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Answer {
        Answer(type: type, body: Data(text.utf8))
    }

    /// The entity tag of the body.
    var tag: String { "\"\(version ?? SHA256.digest(body).hexadecimal.prefix(32).description)\"" }
}

/// JSON as everything here writes it.
enum JSONText {
    /// A value as one line of JSON, names sorted, times in ISO 8601.
    static func data(of value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}

extension Double {
    /// nil where it is no number that JSON has.
    var finite: Double? { isFinite ? self : nil }
}
