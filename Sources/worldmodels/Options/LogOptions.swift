// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import Logging
import ProcessLog
import TerminalOutput

/// How a process that runs for long tells what happens.
struct LogOptions: ParsableArguments {
    /// The forms that can be asked for.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(
        help: .init(
            """
            Leave out what is less important: trace, debug, info, notice, warning, error or critical.
            """, valueName: "level"))
    var logLevel = CommandLog.Level.info

    @Option(
        help: .init(
            """
            One event a line: text (time, level, host, program, message) or json (the same with more \
            facts). By default a terminal gets the messages alone, and all else text.
            """, valueName: "form"))
    var logFormat: Form?

    /// A log of the process on one of its streams.
    ///
    /// - Parameters:
    ///   - program: The command, such as worker.
    ///   - terminal: Where lines go.
    /// - Returns: What to log with.
    func log(_ program: String, on terminal: Terminal) -> CommandLog {
        let format = logFormat.flatMap { LogLine.Format(rawValue: $0.rawValue) }
        return CommandLog(
            program, terminal: terminal, level: logLevel,
            format: format ?? (terminal.isInteractive ? .plain : .text))
    }
}

/// Where a command's events go: one line each.
struct CommandLog: Sendable {
    /// How important an event is.
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical
    }

    /// Whether its lines are the messages alone.
    let isPlain: Bool
    private let logger: Logger

    /// A log on a stream.
    ///
    /// - Parameters:
    ///   - program: The command.
    ///   - terminal: The stream.
    ///   - level: What is less important is left out.
    ///   - format: How lines are written.
    init(_ program: String, terminal: Terminal, level: Level, format: LogLine.Format) {
        isPlain = format == .plain
        // A name may tell where it is and what for: it is cut where the network's begins.
        let host = String(ProcessInfo.processInfo.hostName.prefix { $0 != "." })
        let least = Logger.Level(rawValue: level.rawValue) ?? .info
        logger = Logger(label: program) { _ in
            LineLogHandler(program: program, host: host, level: least) { line in
                // A worker's line has always said whose it is: several share a terminal.
                let isNamed = format == .plain && terminal.isStandardError
                terminal.write((isNamed ? "\(program): " : "") + line.text(format) + "\n")
            }
        }
    }

    /// Logs an event.
    ///
    /// - Parameters:
    ///   - level: How important it is.
    ///   - event: A short word for programs.
    ///   - message: A sentence for people.
    ///   - facts: More for programs.
    func callAsFunction(
        _ level: Level, _ event: String, _ message: String,
        _ facts: [String: String] = [:]
    ) {
        var metadata = Logger.Metadata(uniqueKeysWithValues: facts.map { ($0, .string($1)) })
        metadata["event"] = .string(event)
        logger.log(
            level: Logger.Level(rawValue: level.rawValue) ?? .info, "\(message)",
            metadata: metadata)
    }
}
