// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import WorldModel

/// The models and the controller of a run's directory.
struct AgentFiles {
    /// V and M.
    let models: FrozenModels
    /// C, if it has been trained.
    let controller: ControllerParameters?
    /// Where they lie.
    let directory: String

    static let controllerName = "controller.safetensors"
    /// The files of an agent.
    static let names = ["vae.safetensors", "mdrnn.safetensors", controllerName]

    /// What a directory lacks.
    enum Failure: Error, CustomStringConvertible {
        case noDirectory(path: String)
        case missing(path: String, remedy: String)
        case noPretrained(searched: [String])

        var description: String {
            switch self {
            case .noDirectory(let path): "\(path) is no directory: give a run's --logdir"
            case .missing(let path, let remedy): "\(path) is missing: \(remedy)"
            case .noPretrained(let searched):
                "no agent comes with this build (looked in \(searched.joined(separator: ", "))): "
                    + "give a run's --logdir, or put one there (worldmodels model pack)"
            }
        }
    }

    /// Reads V, M and, if it is there, C.
    ///
    /// - Parameters:
    ///   - logdir: The run's directory.
    ///   - kernels: The compiled loops to use.
    /// - Throws: `Failure` naming what is missing; what reading a damaged file throws.
    init(_ logdir: String, kernels: Kernels = .best) throws {
        let directory = URL(fileURLWithPath: logdir, isDirectory: true)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: logdir, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw Failure.noDirectory(path: logdir) }
        func file(_ name: String) throws -> (content: SafetensorsFile, path: String)? {
            let path = directory.appendingPathComponent(name).path
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return (try SafetensorsFile(contentsOf: URL(fileURLWithPath: path)), path)
        }
        guard let vae = try file("vae.safetensors") else {
            throw Failure.missing(
                path: "\(logdir)/vae.safetensors",
                remedy: "train V first (worldmodels train-vae --logdir \(logdir))")
        }
        guard let mdrnn = try file("mdrnn.safetensors") else {
            throw Failure.missing(
                path: "\(logdir)/mdrnn.safetensors",
                remedy: "train M first (worldmodels train-mdrnn --logdir \(logdir))")
        }
        models = try FrozenModels(
            vae: VAEParameters(vae.content, name: vae.path),
            mdrnn: MDRNNParameters(mdrnn.content, name: mdrnn.path),
            kernels: kernels)
        controller = try file(Self.controllerName).map {
            try ControllerParameters($0.content, name: $0.path)
        }
        self.directory = logdir
    }

    /// Reads the agent that comes with the program.
    ///
    /// - Parameter kernels: The compiled loops to use.
    /// - Throws: `Failure` where this build has none; what reading a damaged file throws.
    init(pretrained kernels: Kernels) throws {
        let places = Self.places
        let found = places.first { place in
            Self.names.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
        }
        guard let found else { throw Failure.noPretrained(searched: places) }
        try self.init(found, kernels: kernels)
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

    /// The controller.
    ///
    /// - Throws: `Failure` if there is none.
    func requireController() throws -> ControllerParameters {
        guard let controller else {
            throw Failure.missing(
                path: "\(directory)/\(Self.controllerName)",
                remedy: "train C first (worldmodels coordinator)")
        }
        return controller
    }
}
