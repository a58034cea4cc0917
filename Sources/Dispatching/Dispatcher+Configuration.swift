// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// The rules.
    package struct Configuration: Sendable {
        /// Silence after which a worker counts as dead, and without progress as hung; seconds.
        package var leaseSeconds: Seconds = 10
        /// A lease the worker does not name so long after it was given was lost on the way.
        package var transitSeconds: Seconds = 4
        /// Time an engine may take without a step before its leases stop being extended.
        package var stallSeconds: Seconds = 60
        /// Deaths of workers, each with this suspect apart from others, that set a task aside.
        package var deathsToSetAside = 3
        /// Parties whose engines failed a task that set it aside.
        package var failuresToSetAside = 3
        /// How unlikely an innocent task's deaths must be by the rate at which workers die anyway.
        package var falseAccusation = 1e-6

        /// Steps that no episode exceeds; with the slowest step seen it says how long a task can take.
        package var maximumSteps = 1000
        /// The least and the most that a task may take before it is overdue; seconds.
        package var overdueSeconds: ClosedRange<Seconds> = 120...3600
        /// The same before any result has come; seconds.
        package var overdueAtFirst: Seconds = 600

        /// Whether idle workers repeat slow tasks.
        package var speculates = true
        /// A lease older than this many mean durations is worth repeating.
        package var speculationFactor = 1.5
        /// A lease younger than this is never repeated.
        package var speculationSeconds: Seconds = 0.5
        /// The age of a lease that is worth repeating before any result has come; seconds.
        package var speculationAtFirst: Seconds = 10
        /// Copies of a task that run at once, at most; each further one waits twice as long.
        package var copies = 8

        /// Whether a task's results have to be equal; else the first one counts, and no other tells
        /// anything of whom it comes from.
        package var comparesResults = true
        /// Whether a task may fail for its own sake, anywhere: each failure counts, whosever it is,
        /// and whoever has completed others is believed.
        package var countsEveryFailure = false
        /// The share of tasks that two parties run from the start; 0 checks nothing.
        package var checkedShare = 0.0
        /// Tasks of a party that others must have agreed with before only the share is checked.
        package var agreementsToTrust = 0
        /// How long a task may wait to be confirmed, and two results for a third; seconds.
        package var decisionSeconds: Seconds = 30
        /// Impossible results after which a party is in quarantine.
        package var offencesToQuarantine = 3
        /// Tasks in a row that a party could not run, after which it is in quarantine.
        package var failuresToQuarantine = 3
        /// How long a party is in quarantine whose results were wrong; seconds.
        package var distrustSeconds: Seconds = 3600
        /// The same for one that cannot run tasks, or holds them; seconds.
        package var pauseSeconds: Seconds = 600

        /// The defaults.
        package init() {}
    }
}
