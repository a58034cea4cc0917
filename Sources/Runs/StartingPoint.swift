// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
package import RunStore
import Search
package import WorldModel

/// What a new run starts from: a controller, and where it drives with models of its own, those too.
package struct StartingPoint: Sendable {
    /// The run has another model than the one its controller to start from drives with.
    package struct OtherModel: Error, Equatable, CustomStringConvertible {
        /// The run's file.
        package let path: String

        package var description: String {
            "\(path) is not the model that the controller to start from drives with"
        }
    }

    /// The controller; nil: all zeros.
    package let controller: ControllerParameters?
    /// Where its V and M are to be taken from; nil: it has none of its own.
    package let models: RunDirectory?
    private let path: String

    /// All zeros.
    package init() {
        controller = nil
        models = nil
        path = ""
    }

    /// A controller's file.
    ///
    /// - Parameter file: The file.
    /// - Throws: What a missing or damaged file throws.
    package init(controller file: String) throws {
        controller = try ControllerParameters(
            SafetensorsFile(contentsOf: URL(filePath: file)), name: file)
        models = nil
        path = file
    }

    /// An agent: a directory with V, M and C, such as another run's.
    ///
    /// - Parameter directory: The directory.
    /// - Throws: What a missing or damaged file throws.
    package init(agent directory: RunDirectory) throws {
        path = directory.controller.path
        controller = try ControllerParameters(
            SafetensorsFile(contentsOf: directory.controller), name: path)
        models = directory
    }

    /// Adds the controller's form and digest to what a person asks for.
    ///
    /// - Parameter given: The settings by name.
    /// - Returns: The settings, the controller's among them.
    /// - Throws: `RunError.otherController` where they contradict the controller's form.
    func settings(_ given: [String: String]) throws -> [String: String] {
        guard let controller else { return given }
        let own = RunSettings(startingFrom: controller)
        let form = own.texts(\.inputs, \.mapping, \.latent)
        for (name, value) in form.sorted(by: { $0.key < $1.key }) {
            if let other = given[name], other != value {
                throw RunError.otherController(
                    path: path, setting: name, found: value, given: other)
            }
        }
        return given.merging(form) { $1 }.merging(own.texts(\.initialController)) { $1 }
    }

    /// Refuses a run that has other models than the controller's, which it cannot see through.
    ///
    /// - Parameter directory: The run.
    /// - Throws: `OtherModel` naming the file.
    func checkModels(of directory: RunDirectory) throws {
        for (source, target) in pairs(with: directory) {
            guard let found = FileManager.default.contents(atPath: target.path) else { continue }
            guard try found == Data(contentsOf: source) else {
                throw OtherModel(path: target.path)
            }
        }
    }

    /// Copies V and M to where the run lacks them.
    ///
    /// - Parameter directory: The run.
    /// - Throws: `FileError` naming the file.
    func copyModels(to directory: RunDirectory) throws {
        for (source, target) in pairs(with: directory)
        where !FileManager.default.fileExists(atPath: target.path) {
            try AtomicFile.write(Data(contentsOf: source), to: target)
        }
    }

    private func pairs(with directory: RunDirectory) -> [(source: URL, target: URL)] {
        models.map { [($0.vae, directory.vae), ($0.mdrnn, directory.mdrnn)] } ?? []
    }
}
