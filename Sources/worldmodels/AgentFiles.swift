// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors
import WorldModel

/// The models and the controller of a run's directory.
struct AgentFiles {
    /// V and M.
    let models: FrozenModels
    /// C, if it has been trained.
    let controller: ControllerParameters?
    private let controllerPath: String

    /// What a directory lacks.
    enum Failure: Error, CustomStringConvertible {
        case noDirectory(path: String)
        case missing(path: String, remedy: String)

        var description: String {
            switch self {
            case .noDirectory(let path): "\(path) is no directory: give a run's --logdir"
            case .missing(let path, let remedy): "\(path) is missing: \(remedy)"
            }
        }
    }

    /// Reads V, M and, if it is there, C.
    ///
    /// - Parameter logdir: The run's directory.
    /// - Throws: `Failure` naming what is missing; what reading a damaged file throws.
    init(_ logdir: String) throws {
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
            mdrnn: MDRNNParameters(mdrnn.content, name: mdrnn.path))
        controller = try file("controller.safetensors").map {
            try ControllerParameters($0.content, name: $0.path)
        }
        controllerPath = "\(logdir)/controller.safetensors"
    }

    /// The controller.
    ///
    /// - Throws: `Failure` if there is none.
    func requireController() throws -> ControllerParameters {
        guard let controller else {
            throw Failure.missing(
                path: controllerPath, remedy: "train C first (worldmodels coordinator)")
        }
        return controller
    }
}
