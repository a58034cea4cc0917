// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import TerminalOutput
import WorldModel

/// An agent by the directory that a user named, or the one that comes with the program.
struct AgentFiles {
    /// The agent.
    let agent: Agent
    /// Where it lies, as the user wrote it.
    let directory: String

    /// V and M.
    var models: FrozenModels { agent.models }
    /// C, if it has been trained.
    var controller: ControllerParameters? { agent.controller }

    /// The files of an agent.
    static let names = Agent.Part.allCases.map(\.fileName)

    /// Reads V, M and, if it is there, C.
    ///
    /// - Throws: What `Agent` throws.
    init(
        _ logdir: String, kernels: Kernels = .best, form: ControllerForm = ControllerForm()
    ) throws {
        directory = logdir
        agent = try Agent(
            directory: URL(fileURLWithPath: logdir, isDirectory: true), kernels: kernels,
            form: form)
    }

    /// Reads the agent that comes with the program.
    ///
    /// - Throws: `InputError` where this build has none; what reading a damaged file throws.
    init(pretrained kernels: Kernels, form: ControllerForm = ControllerForm()) throws {
        let places = ShippedFiles.places(of: "Agent")
        let found = places.first { place in
            Self.names.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
        }
        guard let found else {
            throw InputError(
                "no agent comes with this build (looked in \(places.joined(separator: ", "))): "
                    + "give a run's --logdir, or put one there (worldmodels model pack)")
        }
        try self.init(found, kernels: kernels, form: form)
    }

    /// The controller.
    ///
    /// - Throws: `Agent.Failure` if there is none.
    func requireController() throws -> ControllerParameters { try agent.requireController() }
}
