// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
package import Logging

/// Hands what is logged to whoever writes lines.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let program: String
    private let host: String
    private let now: @Sendable () -> Date
    private let write: @Sendable (LogLine) -> Void

    /// A handler.
    ///
    /// - Parameters:
    ///   - program: Which of the program's commands logs.
    ///   - host: On which host.
    ///   - level: What is less important is left out.
    ///   - now: The time.
    ///   - write: Writes a line.
    package init(
        program: String, host: String, level: Logger.Level,
        now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable (LogLine) -> Void
    ) {
        self.program = program
        self.host = host
        logLevel = level
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }
        write(
            LogLine(
                time: now(), level: event.level, host: host, program: program,
                message: "\(event.message)", facts: facts.mapValues { "\($0)" }))
    }
}
