// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
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

    /// Reads V, M and, if it is there, C; a precision of nil is that of the controller's run.
    ///
    /// - Throws: What `Agent` throws; `ControllerFileError` where the controller's file names a
    ///   precision that is not known here.
    init(
        _ logdir: String, kernels: Kernels = .best, form: ControllerForm = ControllerForm(),
        precision: Precision? = .float32
    ) throws {
        directory = logdir
        let url = URL(fileURLWithPath: logdir, isDirectory: true)
        agent = try Agent(
            directory: url, kernels: kernels, form: form,
            precision: try precision ?? Self.precision(of: Agent.Part.controller.file(in: url)))
    }

    private static func precision(of controller: URL) throws -> Precision {
        // An untrained agent has none; what else is wrong with it the agent says.
        guard let file = try? SafetensorsFile(contentsOf: controller) else { return .float32 }
        return try Precision.stated(in: file, name: controller.path) ?? .float32
    }

    /// Reads the agent that comes with the program.
    ///
    /// - Throws: `InputError` where this build has none; what reading a damaged file throws.
    init(
        pretrained kernels: Kernels, form: ControllerForm = ControllerForm(),
        precision: Precision? = .float32
    ) throws {
        let places = ShippedFiles.places(of: "Agent")
        let found = places.first { place in
            Self.names.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
        }
        guard let found else {
            throw InputError(
                "no agent comes with this build (looked in \(places.joined(separator: ", "))): "
                    + "give a run's --logdir, or put one there (worldmodels model pack)")
        }
        try self.init(found, kernels: kernels, form: form, precision: precision)
    }

    /// The controller.
    ///
    /// - Throws: `Agent.Failure` if there is none.
    func requireController() throws -> ControllerParameters { try agent.requireController() }
}
