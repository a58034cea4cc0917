// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import Foundation

/// Evaluates candidates by a person's program: a process of it for each of the engine's slots.
///
/// An answer's return is the return, or the negative of the cost; it counts one step. A task that
/// gets no answer is a failure, for whoever gave it to try again; its process starts anew.
package final class ObjectiveEngine: EpisodeEngine {
    private struct Slot {
        var process: ObjectiveProcess
        var ticket: UInt64 = 0
        var episode: Episode?
    }

    /// How long a step waits for an answer: with room for more tasks, and without.
    private static let waits = (room: 0.002, full: 0.1)

    private let settings: ObjectiveSettings
    private var slots: [Slot]
    private var finished: [FinishedEpisode] = []
    /// Whether any of the processes has ever answered.
    private var hasAnswered = false

    /// An engine of the calling thread; the first tasks start the program.
    ///
    /// - Parameters:
    ///   - command: What /bin/sh -c runs.
    ///   - settings: What it is asked, and what it may take.
    ///   - slots: How many of its processes run at once.
    package init(command: String, settings: ObjectiveSettings, slots: Int) {
        precondition(slots > 0, "\(slots) processes")
        self.settings = settings
        self.slots = (0..<slots).map { _ in
            Slot(process: ObjectiveProcess(command: command, limits: settings.limits))
        }
    }

    deinit { ObjectiveProcess.end(slots.map(\.process)) }

    package var freeSlots: Int { slots.count { $0.episode == nil } }

    /// Takes a candidate on.
    ///
    /// - Throws: `EpisodeFailure` for parameters of another count than the objective has, or a
    ///   program that cannot be asked.
    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        guard let index = slots.firstIndex(where: { $0.episode == nil }) else {
            preconditionFailure("a task for an engine without a free slot")
        }
        guard let numbers = settings.precision.numbers(parameters),
            numbers.count == settings.dimension
        else {
            throw EpisodeFailure(
                "\(parameters.count) words of parameters, where the objective has"
                    + " \(settings.dimension) variables in \(settings.precision.rawValue)")
        }
        let name = episode.name
        do {
            try slots[index].process.ask(
                ObjectiveTask(
                    generation: name.generation, candidate: name.candidate,
                    repetition: name.repetition, seed: episode.trackSeed, parameters: numbers))
        } catch {
            throw EpisodeFailure(error.description)
        }
        slots[index].episode = episode
        slots[index].ticket = ticket
    }

    /// Waits a moment for answers.
    ///
    /// - Throws: `ObjectiveFailure` where the program is missing: it would fail all tasks.
    package func step() throws {
        let busy = slots.filter { $0.episode != nil }.map(\.process)
        let seconds = busy.count < slots.count ? Self.waits.room : Self.waits.full
        ObjectiveProcess.wait(for: busy, atMost: seconds)
        for index in slots.indices {
            guard let episode = slots[index].episode, let outcome = slots[index].process.poll()
            else { continue }
            slots[index].episode = nil
            finished.append(
                FinishedEpisode(
                    ticket: slots[index].ticket, episode: episode, outcome: try judge(outcome)))
        }
    }

    package func takeFinished() -> [FinishedEpisode] {
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
    }

    private func judge(
        _ outcome: ObjectiveProcess.Outcome
    ) throws -> Result<EpisodeOutcome, EpisodeFailure> {
        switch outcome {
        case .success(let answer):
            hasAnswered = true
            guard answer.sense == settings.sense else {
                let failure = ObjectiveFailure(
                    cause: .otherSense(answer.sense, wanted: settings.sense))
                return .failure(EpisodeFailure(failure.description))
            }
            return .success(EpisodeOutcome(answer))
        case .failure(let failure):
            if failure.isMissingProgram, !hasAnswered { throw failure }
            return .failure(EpisodeFailure(failure.description))
        }
    }
}

extension EpisodeOutcome {
    /// What an answer counts as.
    package init(_ answer: ObjectiveAnswer) {
        let value = answer.value.map { answer.sense == .cost ? -$0 : $0 }
        self.init(
            episodeReturn: value ?? .nan, steps: 1, tilesVisited: 0, trackTiles: 0,
            end: value == nil ? .noValue : .answered, info: answer.info)
    }
}
