// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation

/// Why a person's program gave no answer to a task.
package struct ObjectiveFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened.
    package enum Cause: Error, Sendable, Hashable {
        /// It ended with this status before it answered.
        case exited(Int32)
        /// A signal of this number ended it.
        case killed(Int32)
        /// It took more than so many seconds, and was killed with its process group.
        case timeLimit(Double)
        /// It said something that is no answer: the line's beginning and what is wrong with it.
        case badLine(String, String)
        /// A line has more than so many bytes.
        case longLine(Int)
        /// It closed its standard output, and goes on.
        case closedOutput
        /// It gave its value the other way up than the run wants it.
        case otherSense(ObjectiveAnswer.Sense, wanted: ObjectiveAnswer.Sense)
        /// The system could not start it.
        case cannotStart(String)
    }

    /// What happened.
    package var cause: Cause
    /// Its last lines on standard error, printable.
    package var lastWords: [String]
    /// Bytes of memory that it might have; nil: no limit was set.
    package var memoryLimit: Int?

    /// Collects the parts.
    package init(cause: Cause, lastWords: [String] = [], memoryLimit: Int? = nil) {
        self.cause = cause
        self.lastWords = lastWords
        self.memoryLimit = memoryLimit
    }

    /// Whether the program itself is missing or cannot be run, as a shell says it.
    package var isMissingProgram: Bool { cause == .exited(126) || cause == .exited(127) }

    /// One line for people, of 1,000 bytes at most.
    package var description: String {
        var text =
            switch cause {
            case .exited(let status): "the objective ended with exit status \(status)"
            case .killed(let number):
                "the objective was ended by signal \(number) (\(name(number)))"
            case .timeLimit(let seconds):
                "the objective gave no answer within \(Self.text(seconds)) s and was killed"
            case .badLine(let line, let reason):
                "the objective's line '\(line)' is wrong: \(reason)"
            case .longLine(let bytes): "the objective's line has more than \(bytes) bytes"
            case .closedOutput:
                "the objective closed its standard output, so that it can answer no more"
            case .otherSense(let sense, let wanted):
                "the objective gave a \(sense.rawValue), where the run wants a \(wanted.rawValue)"
            case .cannotStart(let reason): "the objective cannot be started: \(reason)"
            }
        if let memoryLimit, isPerhapsOfMemory { text += " (it may have \(memoryLimit >> 20) MiB)" }
        if !lastWords.isEmpty {
            text += "; it said: " + lastWords.joined(separator: " | ")
        }
        guard text.utf8.count > 1000 else { return text }
        // The last words tell most.
        var tail = text.suffix(600)
        while tail.utf8.count > 600 { tail.removeFirst() }
        var head = text.prefix(390)
        while head.utf8.count > 390 { head.removeLast() }
        return "\(head) ... \(tail)"
    }

    private var isPerhapsOfMemory: Bool {
        switch cause {
        case .exited, .killed: true
        default: false
        }
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(clamping: Int64(seconds)))" : "\(seconds)"
    }

    private func name(_ number: Int32) -> String {
        strsignal(number).map { String(cString: $0) } ?? "unknown"
    }
}
