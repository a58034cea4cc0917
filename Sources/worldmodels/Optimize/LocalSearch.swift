// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import EvolutionStrategies
import Foundation
import RolloutWorker
import Synchronization
import TerminalOutput

/// The options of optimize for a program that is started here.
struct LocalObjectiveOptions: ParsableArguments {
    @Option(
        help: .init(
            """
            Evaluate by this program instead of asking on standard output: a shell starts it on every core, \
            and it reads a line of JSON with the parameters and writes one with the cost, again and again.
            """, valueName: "program arg..."))
    var objective: String?

    @Option(
        help: .init(
            "How many of them run at once (default: as many as there are cores).",
            valueName: "count"))
    var processes: Int?

    func validate() throws {
        if let objective, !objective.contains(where: { !$0.isWhitespace }) {
            throw ValidationError("--objective names no program")
        }
        guard let processes else { return }
        guard objective != nil else { throw ValidationError("--processes goes with --objective") }
        guard (1...4096).contains(processes) else {
            throw ValidationError("--processes \(processes): 1 to 4096")
        }
    }
}

/// A search on this machine: its objective speaks over standard input and output, or is started here.
struct LocalSearch {
    let configuration: RestartingSearch.Configuration
    let options: MinimisationOptions
    let following: FollowingOptions
    let local: LocalObjectiveOptions
    let objective: ObjectiveOptions

    /// Searches to the end, and writes the stop object.
    ///
    /// Without a suspension: the objective's processes end with the thread that starts them.
    func run() throws {
        var session = try following.session(configuration, options)
        let follower = SearchFollower(following, session, options)
        do {
            if let command = local.objective {
                try evaluate(&session, command, follower)
            } else {
                try session.converse(
                    read: { readLine() }, write: Self.write, report: { follower.message($0) },
                    told: { try follower.follow($0) })
            }
        } catch {
            // Why it ended counts more than a picture that cannot be written.
            try? follower.end(session)
            throw error
        }
        try follower.end(session)
    }

    private static func write(_ data: Data) throws {
        guard data.withUnsafeBytes({ Terminal.standardOutput.write($0) }) else {
            throw InputError(
                "standard output cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func evaluate(
        _ session: inout AskTellSession, _ command: String, _ follower: SearchFollower
    ) throws {
        let stopped = StopFlag()
        let signals = StopSignals { _ in stopped.set() }
        let evaluator = LocalObjective(
            command: command, count: local.processes ?? AvailableCores().count,
            options: objective, seed: configuration.strategy.seed,
            isStopped: { stopped.isSet }, report: { follower.message($0) })
        defer { evaluator.end() }
        var failure: (any Error)?
        do {
            while let question = try session.nextQuestion() {
                let failed = session.failedGenerations
                try session.answer(try evaluator.costs(question))
                if session.failedGenerations > failed {
                    follower.message(
                        "generation \(session.generation): every evaluation failed "
                            + "(\(session.failedGenerations) in a row)")
                }
                if !session.isWaiting { try follower.follow(session) }
            }
            if session.breakOff == .failedGenerations {
                failure = AskTellFailure.allFailed(generations: session.failedGenerations)
            } else {
                failure = session.nothingFound
            }
        } catch is LocalObjective.Interrupted {
            session.end(.interrupted)
            if following.state != nil { follower.message("the same command continues it") }
            failure = ExitCode(signals.exitStatus ?? 1)
        } catch {
            session.end(error is EvolutionStrategyError ? .degenerate : .objectiveFailed)
            failure = error
        }
        try Self.write(session.stopLine(evaluated: objective.parameters.rounded))
        if let failure { throw failure }
    }
}

/// Set from another thread, once.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
