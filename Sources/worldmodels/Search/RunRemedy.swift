// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Runs
import Search

/// What is wrong with a run, with what to do about it at the command line.
struct RunRemedy: Error, CustomStringConvertible {
    let description: String

    private init(_ description: String) { self.description = description }

    /// Words an error of the libraries.
    ///
    /// - Parameter error: The error.
    /// - Returns: What to end the program with: the error itself where there is nothing to add.
    static func worded(_ error: any Error) -> any Error {
        switch error {
        case let error as StartingPoint.OtherModel:
            ValidationError(
                "\(error.path) is not the model of the agent that comes with the program: give"
                    + " --pretrained another --logdir")
        case let error as RunModels.Missing:
            RunRemedy(
                "\(error): train it with 'worldmodels train-\(error.model) --logdir"
                    + " \(error.directory) --data DIR', or give the coordinator --data DIR")
        case let error as RunError: text(error).map(RunRemedy.init) ?? error
        case let error as ProfileError: text(error).map(RunRemedy.init) ?? error
        default: error
        }
    }

    private static func text(_ error: RunError) -> String? {
        switch error {
        case .badSetting: "--\(error)"
        case .conflict:
            "--\(error); leave the option out to continue that run, or give another --logdir for a"
                + " new one"
        case .otherController(let path, let setting, let found, let given):
            "\(path): has --\(setting) \(found), not \(given); give the run the options of that"
                + " controller"
        case .otherModel: "\(error); put that file back, or give another --logdir"
        case .noState: "\(error), or give another --logdir"
        default: nil
        }
    }

    private static func text(_ error: ProfileError) -> String? {
        switch error {
        case .missing: "\(error); give a file's path or one of those names"
        case .malformed(let path):
            "\(path): expected one JSON object of option names with numbers or texts"
        case .unknownKey: "\(error); see 'worldmodels coordinator --help'"
        case .badValue: nil
        }
    }
}
