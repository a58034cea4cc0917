// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// What a worker does for a run whose candidates a program of its owner's evaluates.
package enum ObjectiveWork {
    /// Why there can be no engine for a work.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The coordinator has something else to do.
        case isNone

        package var description: String {
            "the coordinator has episodes of CarRacing to drive, none for an objective: start this"
                + " worker without --objective"
        }
    }

    /// Reads what the engines for a work need.
    ///
    /// - Parameters:
    ///   - command: The program, as /bin/sh -c runs it.
    ///   - work: What the coordinator wants.
    ///   - limits: What the program may take on this host; the narrower of these and the run's count.
    /// - Returns: What makes an engine for the calling thread, with so many processes.
    /// - Throws: `Failure`, `ObjectiveSettings.Unreadable`.
    package static func engines(
        command: String, work: Work, limits: ObjectiveLimits = ObjectiveLimits()
    ) throws -> @Sendable (_ environments: Int) throws -> any EpisodeEngine {
        guard case .objective(let data) = work else { throw Failure.isNone }
        var settings = try ObjectiveSettings(data)
        settings.limits = settings.limits.narrowed(by: limits)
        return { [settings] in
            ObjectiveEngine(command: command, settings: settings, slots: $0)
        }
    }
}
