// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import EvolutionStrategies
import Objectives
import Search
import TerminalOutput

/// Evaluates candidates by a person's program in this process, several of it at once.
///
/// A candidate's cost is that of a run over workers with the same seed: the tasks have the same seeds,
/// and means are made in the same order. Used on one thread, with which the program's processes end.
final class LocalObjective {
    private let processes: [ObjectiveProcess]
    private let options: ObjectiveOptions
    private let plan: GenerationPlan
    /// Asked now and then whether somebody wants the end.
    private let isStopped: () -> Bool
    private let report: (String) -> Void
    private var hasAnswered = false
    private var reported = 0
    /// So many failures are told one by one.
    private static let mostReported = 20

    /// Someone asked for the end.
    struct Interrupted: Error {}

    init(
        command: String, count: Int, options: ObjectiveOptions, seed: UInt64,
        isStopped: @escaping () -> Bool, report: @escaping (String) -> Void
    ) {
        processes = (0..<count).map { _ in
            ObjectiveProcess(command: command, limits: options.limits.limits)
        }
        self.options = options
        plan = options.plan(seed: seed)
        self.isStopped = isStopped
        self.report = report
    }

    /// One evaluation, and how often it was tried.
    private struct Attempt {
        var place: Int
        var task: ObjectiveTask
        var failures = 0
    }

    /// The costs that a question wants, NaN for those that failed.
    ///
    /// - Throws: `InputError` where the program is missing, or a failure shall stop the search;
    ///   `Interrupted`.
    func costs(_ question: AskTellSession.Question) throws -> [Double] {
        let samples = plan.samples[generation: question.generation]
        var waiting = Array(attempts(question, samples).reversed())
        var values = [Double](repeating: .nan, count: waiting.count)
        var running = [Attempt?](repeating: nil, count: processes.count)
        var unfinished = waiting.count
        func settle(_ attempt: Attempt, _ outcome: ObjectiveProcess.Outcome) throws {
            if let again = try judge(attempt, outcome, &values) {
                waiting.append(again)
            } else {
                unfinished -= 1
            }
        }
        while unfinished > 0 {
            if isStopped() { throw Interrupted() }
            for (index, process) in processes.enumerated() where running[index] == nil {
                guard let next = waiting.popLast() else { break }
                do {
                    try process.ask(next.task)
                    running[index] = next
                } catch {
                    try settle(next, .failure(error))
                }
            }
            let busy = processes.indices.filter { running[$0] != nil }
            ObjectiveProcess.wait(for: busy.map { processes[$0] }, atMost: 0.1)
            for index in busy {
                guard let attempt = running[index], let outcome = processes[index].poll()
                else { continue }
                running[index] = nil
                try settle(attempt, outcome)
            }
        }
        return stride(from: 0, to: values.count, by: samples).map { start in
            // As the cluster's search has it: costs are negative returns, and 0 is no -0.
            Fitness.cost(Fitness.mean(values[start..<start + samples].map { -$0 })) + 0
        }
    }

    /// Ends the processes.
    func end() { ObjectiveProcess.end(processes) }

    /// All evaluations in the order of the costs, each candidate's samples one after another.
    private func attempts(_ question: AskTellSession.Question, _ samples: Int) -> [Attempt] {
        var attempts: [Attempt] = []
        for pass in 0..<question.repetitions {
            for (place, candidate) in zip(question.places, question.candidates) {
                let parameters = options.parameters.rounded(candidate)
                for sample in 0..<samples {
                    let repetition = (question.firstRepetition + pass) * samples + sample
                    attempts.append(
                        Attempt(
                            place: attempts.count,
                            task: ObjectiveTask(
                                generation: question.generation, candidate: place,
                                repetition: repetition,
                                seed: plan.trainingSeed(
                                    generation: question.generation, repetition: repetition),
                                parameters: parameters)))
                }
            }
        }
        return attempts
    }

    /// Keeps a value; gives what is to be tried again.
    private func judge(
        _ attempt: Attempt, _ outcome: ObjectiveProcess.Outcome, _ values: inout [Double]
    ) throws -> Attempt? {
        let failure: String
        switch outcome {
        case .success(let answer) where answer.sense == options.sense:
            hasAnswered = true
            values[attempt.place] = answer.value.map { options.maximise ? -$0 : $0 } ?? .nan
            return nil
        case .success(let answer):
            failure = "\(ObjectiveFailure(cause: .otherSense(answer.sense, wanted: options.sense)))"
        case .failure(let told):
            failure = told.description
            if told.isMissingProgram, !hasAnswered { throw InputError(failure) }
        }
        let task = attempt.task
        let text =
            "generation \(task.generation), candidate \(task.candidate), evaluation "
            + "\(task.repetition): \(failure)"
        var again = attempt
        again.failures += 1
        let isLast = again.failures > options.retries
        if isLast, options.onFailure == .stop { throw InputError(text) }
        tell(text + (isLast ? "; it ranks worst" : ""))
        return isLast ? nil : again
    }

    private func tell(_ text: String) {
        reported += 1
        if reported <= Self.mostReported { report(text) }
        if reported == Self.mostReported { report("further failures are not told") }
    }
}
