// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Basics
package import CarRacingRendering
import Foundation
import Rollouts
package import RunStore
import Search
package import WorldModel

/// What a new run starts from: a controller, and where it drives with models of its own, those too.
package struct StartingPoint: Sendable {
    /// The run has another model than the one its controller to start from drives with.
    package struct OtherModel: Error, Equatable, CustomStringConvertible {
        package let path: String

        package var description: String {
            "\(path) is not the model that the controller to start from drives with"
        }
    }

    /// The controller; nil: all zeros.
    package let controller: ControllerParameters?
    /// How the edges of what it saw looked; nil: unknown.
    package let antialiasing: Antialiasing?
    /// Whether each track that it saw had colours of its own.
    package let domainRandomize: Bool
    /// Where its V and M are to be taken from; nil: it has none of its own.
    package let models: RunDirectory?
    /// The controller's file, for people.
    package let path: String

    package init() {
        controller = nil
        antialiasing = nil
        domainRandomize = false
        models = nil
        path = ""
    }

    /// Takes a controller's file; what it does not say of its form, `given` may, and of the sizes of
    /// V and M, `sizes`.
    package init(
        controller file: String, given: [String: String] = [:], sizes: ModelSizes? = nil
    ) throws {
        (controller, antialiasing, domainRandomize) = try Self.read(file, given, sizes)
        models = nil
        path = file
    }

    /// A directory with V, M and C, such as another run's.
    package init(agent directory: RunDirectory, given: [String: String] = [:]) throws {
        path = directory.file(of: .controller).path
        (controller, antialiasing, domainRandomize) = try Self.read(
            path, given, RunModels.sizesPresent(in: directory))
        models = directory
    }

    private static func read(
        _ path: String, _ given: [String: String], _ sizes: ModelSizes?
    ) throws -> (ControllerParameters, Antialiasing?, Bool) {
        let file = try SafetensorsFile(contentsOf: URL(filePath: path))
        return (
            try ControllerParameters(
                file, name: path, form: form(given, path: path), sizes: sizes),
            try Antialiasing.stated(in: file, name: path),
            try DomainRandomization.stated(in: file, name: path)
        )
    }

    /// The form that a person asks for.
    ///
    /// A profile's does not count: it is a recipe for any run, and says nothing of this controller.
    private static func form(_ given: [String: String], path: String) throws -> ControllerForm {
        let settings = try RunSettings(given: given, path: path)
        func asks(_ setting: PartialKeyPath<RunSettings>) -> Bool {
            settings.texts(setting).keys.contains { given[$0] != nil }
        }
        return ControllerForm(
            mapping: asks(\.mapping) ? settings.mapping : nil,
            latent: asks(\.latent) ? settings.latent : nil)
    }

    /// Adds the controller's form and digest to what a person asks for, if that does not contradict.
    func settings(_ given: [String: String]) throws -> [String: String] {
        guard let controller else { return given }
        let own = RunSettings(startingFrom: controller)
        let form = own.texts(\.inputs, \.hiddenUnits, \.mapping, \.latent)
        for (name, value) in form.sorted(by: { $0.key < $1.key }) {
            if let other = given[name], other != value {
                throw RunError.otherController(
                    path: path, setting: name, found: value, given: other)
            }
        }
        return given.merging(form) { $1 }.merging(own.texts(\.initialController)) { $1 }
    }

    /// What a new run sees where nobody asks for something else: what the controller saw, which can
    /// learn to see in another way, but not to act in one.
    var look: [String: String] {
        var settings = RunSettings()
        var look: [String: String] = [:]
        if let antialiasing {
            settings.antialiasing = RunSettings.Edges(antialiasing)
            look = settings.texts(\.antialiasing)
        }
        if domainRandomize {
            settings.domainRandomize = .on
            look.merge(settings.texts(\.domainRandomize)) { $1 }
        }
        return look
    }

    /// Refuses a V and M of other sizes than those the controller is for.
    func check(_ sizes: ModelSizes) throws {
        guard let controller else { return }
        var own = controller.shape.sizes
        if controller.inputs == .latent { own.hidden = sizes.hidden }
        if own != sizes {
            throw ControllerFileError.otherSizes(file: path, found: own, expected: sizes)
        }
    }

    /// Refuses a run that has other models than the controller's, which it cannot see through.
    func checkModels(of directory: RunDirectory) throws {
        for (source, target) in pairs(with: directory) {
            guard let found = FileManager.default.contents(atPath: target.path) else { continue }
            guard try found == Data(contentsOf: source) else {
                throw OtherModel(path: target.path)
            }
        }
    }

    func copyModels(to directory: RunDirectory) throws {
        for (source, target) in pairs(with: directory)
        where !FileManager.default.fileExists(atPath: target.path) {
            try AtomicFile.write(Data(contentsOf: source), to: target)
        }
    }

    private func pairs(with directory: RunDirectory) -> [(source: URL, target: URL)] {
        guard let models else { return [] }
        return [Agent.Part.vae, .mdrnn].map { (models.file(of: $0), directory.file(of: $0)) }
    }
}
