// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Episodes

/// What stops a run before its end.
package enum RunError: Error, Equatable, CustomStringConvertible {
    case badSetting(setting: String, value: String, expected: String)
    /// A run that exists was begun with another value; for a schedule, what it says of the
    /// generations after `begun` may change.
    case conflict(setting: String, stored: String, given: String, path: String, begun: Int?)
    /// A run that exists was begun with another search, by this option of optimize first.
    case otherSearch(option: String, path: String)
    /// A setting is given another value than the controller to start from has.
    case otherController(path: String, setting: String, found: String, given: String)
    case otherModel(file: String, stored: String, found: String)
    case foreignRollout(path: String, generation: Int, candidate: Int, repetition: Int)
    case missingResult(generation: Int, candidate: Int, repetition: Int)
    /// What the coordinator would have to hold of a generation, or of an evaluation, is more than
    /// there is; bytes.
    case tooLarge(
        population: Int, tracks: Int, evaluation: Int, bytes: Double, available: Double)
    /// A model that is there is not of the size that is asked for.
    case otherSize(file: String, setting: String, found: Int, given: Int)
    /// The controller has more parameters than workers take.
    case tooManyParameters(count: Int, most: Int)
    /// Not one rollout of so many generations in a row gave a return.
    case allFailed(generations: Int)
    case noState(path: String)
    /// Complete generations rest on what a party drove that is found to be wrong.
    case doubtful(party: String, reason: String, rollouts: Int, generation: Int)
    /// An evaluation failed as often as it may, and the run is to stop then.
    case objectiveFailed(generation: Int, candidate: Int, repetition: Int)
    /// A run of another kind: one drives cars, the other has an objective.
    case otherKind(path: String, isObjective: Bool)
    case tooManySetAside(purpose: Purpose, generation: Int, failed: Int, total: Int)
    case populationSize(expected: Int, found: Int)

    package var description: String {
        switch self {
        case .badSetting(let setting, let value, let expected):
            "\(setting) \(value): expected \(expected)"
        case .conflict(let setting, let stored, let given, let path, let begun):
            "\(setting) \(given): the run in \(path) was begun with \(stored)"
                + (begun.map { ", of which only what follows generation \($0) may change" } ?? "")
        case .otherSearch(let option, let path):
            "another --\(option) than that of the run in \(path): give the options that it was begun"
                + " with, or another directory"
        case .otherController(let path, let setting, let found, let given):
            "\(path): has \(setting) \(found), not \(given)"
        case .otherModel(let file, let stored, let found):
            "\(file): not the model this run began with (SHA-256 \(found.prefix(12)), the run has"
                + " \(stored.prefix(12)))"
        case .foreignRollout(let path, let generation, let candidate, let repetition):
            "\(path): the stored rollout of generation \(generation), candidate \(candidate),"
                + " repetition \(repetition) is on a track of another seed, or of a dream and not of"
                + " a drive; the database was changed by something else, restore it from a copy"
        case .missingResult(let generation, let candidate, let repetition):
            "no result for generation \(generation), candidate \(candidate), repetition"
                + " \(repetition): the rollout service broke its promise; start again to repeat it"
        case .doubtful(let party, let reason, let rollouts, let generation):
            "\(party) gives wrong results (\(reason)), and \(rollouts) rollouts of complete"
                + " generations, from generation \(generation) on, are its own and nobody's else"
        case .objectiveFailed(let generation, let candidate, let repetition):
            "the objective failed on candidate \(candidate) of generation \(generation), repetition"
                + " \(repetition), as often as it may"
        case .otherKind(let path, let isObjective):
            isObjective
                ? "\(path): a run with an objective, which 'worldmodels optimize' continues"
                : "\(path): a run that drives cars, which 'worldmodels coordinator' continues"
        case .tooManySetAside(let purpose, let generation, let failed, let total):
            "\(failed) of \(total) rollouts of generation \(generation)"
                + "\(purpose == .evaluation ? "'s evaluation" : "") could not be driven by anybody;"
                + " nothing of it counts"
        case .tooLarge(let population, let tracks, let evaluation, let bytes, let available):
            "pop-size \(population) with n-samples \(tracks) is \(population * tracks) rollouts a"
                + " generation, evaluation-episodes is \(evaluation): these take about"
                + " \(MachineMemory.text(bytes)), and there are \(MachineMemory.text(available))"
        case .otherSize(let file, let setting, let found, let given):
            "\(setting) \(given): \(file) is there already, with \(found)"
        case .tooManyParameters(let count, let most):
            "a controller of \(count) parameters: there can be \(most); give a smaller"
                + " controller-hidden, or a smaller V and M"
        case .allFailed(let generations):
            "not one rollout of the last \(generations) generations could be driven to its end"
        case .noState(let path):
            "\(path): holds no state of the optimiser; restore it from a copy"
        case .populationSize(let expected, let found):
            "the optimiser's state gives \(found) candidates, the run has \(expected); the database"
                + " was changed by something else, restore it from a copy"
        }
    }
}
