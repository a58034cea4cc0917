// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Foundation
package import Logging

/// One event of a process as one line.
package struct LogLine: Sendable {
    /// How lines are written.
    package enum Format: String, Sendable, CaseIterable {
        /// The message alone, as somebody reads it who has just given the command.
        case plain
        /// Time, level, host, program and message.
        case text
        /// An object with the keys time, level, host, program, event and message, and more where the
        /// event has more to say.
        case json
    }

    package var time: Date
    package var level: Logger.Level
    package var host: String
    /// Which of the program's commands: worker, coordinator.
    package var program: String
    /// A sentence for people.
    package var message: String
    /// Facts for programs; `event` is a short word for what happened.
    package var facts: [String: String]

    /// Collects the parts.
    package init(
        time: Date, level: Logger.Level, host: String, program: String, message: String,
        facts: [String: String] = [:]
    ) {
        self.time = time
        self.level = level
        self.host = host
        self.program = program
        self.message = message
        self.facts = facts
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The line, without its line feed: whatever a message holds, it is one line, which no terminal
    /// obeys.
    package func text(_ format: Format) -> String {
        switch format {
        case .plain: message.printable
        case .text:
            "\(time.formatted(Self.style)) \(level.rawValue) \(host.printable) \(program): "
                + message.printable
        case .json: json
        }
    }

    private var json: String {
        var object = facts.mapValues(\.printable)
        object["time"] = time.formatted(Self.style)
        object["level"] = level.rawValue
        object["host"] = host.printable
        object["program"] = program
        object["message"] = message.printable
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts can always be encoded.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
