// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TerminalOutput
import WorldModel

/// An agent by the directory that a user named, or the one that comes with the program; what it
/// lacks is told with what to do.
struct AgentFiles {
    /// The agent.
    let agent: Agent
    /// Where it lies, as the user wrote it.
    let directory: String

    /// V and M.
    var models: FrozenModels { agent.models }
    /// C, if it has been trained.
    var controller: ControllerParameters? { agent.controller }

    static let controllerName = Agent.Part.controller.fileName
    /// The files of an agent.
    static let names = Agent.Part.allCases.map(\.fileName)

    /// Reads V, M and, if it is there, C.
    ///
    /// - Parameters:
    ///   - logdir: The run's directory.
    ///   - kernels: The compiled loops to use.
    /// - Throws: `InputError` naming what is missing; what reading a damaged file throws.
    init(_ logdir: String, kernels: Kernels = .best) throws {
        directory = logdir
        agent = try Self.advising(logdir) {
            try Agent(
                directory: URL(fileURLWithPath: logdir, isDirectory: true), kernels: kernels)
        }
    }

    /// Reads the agent that comes with the program.
    ///
    /// - Parameter kernels: The compiled loops to use.
    /// - Throws: `InputError` where this build has none; what reading a damaged file throws.
    init(pretrained kernels: Kernels) throws {
        let places = Self.places
        let found = places.first { place in
            Self.names.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
        }
        guard let found else {
            throw InputError(
                "no agent comes with this build (looked in \(places.joined(separator: ", "))): "
                    + "give a run's --logdir, or put one there (worldmodels model pack)")
        }
        try self.init(found, kernels: kernels)
    }

    /// The controller.
    ///
    /// - Throws: `InputError` if there is none.
    func requireController() throws -> ControllerParameters {
        try Self.advising(directory) { try agent.requireController() }
    }

    /// Adds to what a directory lacks what the user can do about it.
    ///
    /// - Parameters:
    ///   - logdir: The directory, as the user wrote it.
    ///   - body: What reads an agent there.
    /// - Returns: What the body returns.
    /// - Throws: `InputError` in place of `Agent.Failure`.
    static func advising<Result>(_ logdir: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as Agent.Failure {
            switch failure {
            case .noDirectory:
                throw InputError("\(logdir) is no directory: give a run's --logdir")
            case .missing(let part, _):
                let remedy =
                    switch part {
                    case .vae: "train V first (worldmodels train-vae --logdir \(logdir))"
                    case .mdrnn: "train M first (worldmodels train-mdrnn --logdir \(logdir))"
                    case .controller: "train C first (worldmodels coordinator)"
                    }
                throw InputError("\(logdir)/\(part.fileName) is missing: \(remedy)")
            case .disagree:
                throw InputError(
                    "\(failure): train M on this V "
                        + "(worldmodels train-mdrnn --logdir \(logdir) --noreload)")
            }
        }
    }

    /// Where the agent that comes with the program may be.
    ///
    /// Beside it, where SwiftPM puts resources, or in PREFIX/share of an installation.
    /// `Bundle.module` would end a program that has neither.
    private static var places: [String] {
        guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return [] }
        let directory = program.deletingLastPathComponent()
        return [
            directory.appending(path: "worldmodels_worldmodels.resources/Agent").path,
            directory.deletingLastPathComponent()
                .appending(path: "share/worldmodels/agent").path,
        ]
    }
}
