// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation

/// What every worker of a run is told of its objective; which program that is, each worker's owner
/// says.
package struct ObjectiveSettings: Sendable, Hashable, Codable {
    /// Variables of a candidate.
    package var dimension: Int
    /// What candidates are rounded to.
    package var precision: ParameterPrecision
    /// Which way is up.
    package var sense: ObjectiveAnswer.Sense
    /// What the program may take.
    package var limits: ObjectiveLimits

    /// Collects the parts.
    package init(
        dimension: Int, precision: ParameterPrecision = .float64,
        sense: ObjectiveAnswer.Sense = .cost, limits: ObjectiveLimits = ObjectiveLimits()
    ) {
        self.dimension = dimension
        self.precision = precision
        self.sense = sense
        self.limits = limits
    }

    /// Reads what `encoded` gave.
    ///
    /// - Throws: `Unreadable`.
    package init(_ data: Data) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw Unreadable(reason: "\(error)".split(separator: "\n").joined(separator: " "))
        }
        guard dimension > 0 else { throw Unreadable(reason: "dimension \(dimension)") }
        if let seconds = limits.seconds, !(seconds > 0 && seconds <= ObjectiveLimits.mostSeconds) {
            throw Unreadable(reason: "a time limit of \(seconds) s")
        }
        if let bytes = limits.memoryBytes, bytes <= 0 {
            throw Unreadable(reason: "a memory limit of \(bytes) bytes")
        }
    }

    /// The settings as JSON; equal ones have equal bytes.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }

    /// Settings that are none that this build knows.
    package struct Unreadable: Error, CustomStringConvertible {
        /// Why.
        package var reason: String

        /// One line for people.
        package var description: String { "the objective's settings cannot be read: \(reason)" }
    }

    /// What cannot be true of an outcome that somebody reports; nil: nothing.
    package static func problem(with outcome: EpisodeOutcome) -> String? {
        guard outcome.end == .answered || outcome.end == .noValue else {
            return "the end \(outcome.end), where an objective answers"
        }
        guard outcome.steps == 1, outcome.trackTiles == 0, outcome.fileDigest.isEmpty else {
            return "steps, tiles or a file, where an objective answers"
        }
        return nil
    }
}
