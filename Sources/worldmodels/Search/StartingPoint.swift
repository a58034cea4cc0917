// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Coordinator
import Foundation
import RunStore
import ArrayFiles
import WorldModel

/// What a new run starts from: a controller, and with the agent that comes with the program its
/// V and M too.
struct StartingPoint {
    /// The controller; nil: all zeros.
    let controller: ControllerParameters?
    private let path: String
    /// Where V and M are to be taken from.
    private let agent: String?

    /// Reads what the options name.
    ///
    /// - Parameter options: The run's options.
    /// - Throws: What a missing or damaged file throws; `InputError` where this build has no agent.
    init(_ options: RunOptions) throws {
        if options.pretrained {
            let files = try AgentFiles(pretrained: .best)
            controller = try files.requireController()
            agent = files.directory
            path = "\(files.directory)/\(AgentFiles.controllerName)"
        } else if let file = options.initialController {
            controller = try ControllerParameters(
                SafetensorsFile(contentsOf: URL(filePath: file)), name: file)
            agent = nil
            path = file
        } else {
            controller = nil
            agent = nil
            path = ""
        }
    }

    /// Adds what the controller says to what the command line gives.
    ///
    /// - Parameter given: From the command line.
    /// - Returns: The settings, the controller's form and digest among them.
    /// - Throws: `RunError.otherController` where an option contradicts the controller's form.
    func settings(_ given: [SettingKey: String]) throws -> [SettingKey: String] {
        guard let controller else { return given }
        let form: [(SettingKey, String)] = [
            (.inputs, controller.inputs.rawValue), (.mapping, controller.mapping.rawValue),
            (.latent, controller.latent.rawValue),
        ]
        var given = given
        for (key, value) in form {
            if let other = given[key], other != value {
                throw RunError.otherController(
                    path: path, detail: "has --\(key.rawValue) \(value), not \(other)")
            }
            given[key] = value
        }
        given[.initialController] = RunSettings.digest(of: controller.values)
        return given
    }

    /// Refuses a run that has other models than the agent's, which its controller cannot see through.
    ///
    /// - Parameter directory: The run.
    /// - Throws: `ValidationError` naming the file.
    func checkModels(of directory: RunDirectory) throws {
        guard let agent else { return }
        for target in [directory.vae, directory.mdrnn] {
            guard let found = FileManager.default.contents(atPath: target.path) else { continue }
            guard try found == Data(contentsOf: Self.source(of: target, in: agent)) else {
                throw ValidationError(
                    "\(target.path) is not the model of the agent that comes with the program:"
                        + " give --pretrained another --logdir")
            }
        }
    }

    /// Copies V and M to where the run lacks them.
    ///
    /// - Parameter directory: The run.
    /// - Throws: `FileError` naming the file.
    func copyModels(to directory: RunDirectory) throws {
        guard let agent else { return }
        for target in [directory.vae, directory.mdrnn] {
            guard !FileManager.default.fileExists(atPath: target.path) else { continue }
            try AtomicFile.write(
                Data(contentsOf: Self.source(of: target, in: agent)), to: target)
        }
    }

    private static func source(of target: URL, in agent: String) -> URL {
        URL(filePath: "\(agent)/\(target.lastPathComponent)")
    }
}
