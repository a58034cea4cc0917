// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// The trained V, M and C of a directory, checked against one another.
///
/// ```swift
/// let agent = try Agent(directory: URL(filePath: "runs/one"))
/// let (means, logSigmas) = agent.models.encoder.encode(pixels)
/// ```
public struct Agent: Sendable {
    /// V's encoder and M's LSTM, ready to run.
    public let models: FrozenModels
    /// C, if the directory has one.
    public let controller: ControllerParameters?
    /// The directory.
    public let directory: URL

    /// One of the three models.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        /// V.
        case vae
        /// M.
        case mdrnn
        /// C.
        case controller

        /// The name of the model's file in an agent's directory.
        public var fileName: String { rawValue + ".safetensors" }

        /// Where the model's file is or will be in an agent's directory.
        public func file(in directory: URL) -> URL { directory.appending(path: fileName) }

        /// The model's checkpoint in a directory of ctallec/world-models.
        package var checkpointName: String {
            (self == .controller ? "ctrl" : rawValue) + "/best.tar"
        }
    }

    /// Why a directory holds no agent.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// There is no directory of this path.
        case noDirectory(String)
        /// The directory lacks a model.
        case missing(Part, directory: String)
        /// The directory lacks a model, but has a checkpoint of ctallec/world-models.
        case checkpoint(Part, directory: String)
        /// The directory's M was trained on latents of another length than V's.
        case disagree(directory: String, mdrnn: Int, vae: Int)

        /// What is wrong with a directory that lacks a model.
        package static func lacking(_ part: Part, _ directory: URL) -> Failure {
            let checkpoint = directory.appending(path: part.checkpointName)
            return FileManager.default.fileExists(atPath: checkpoint.path)
                ? .checkpoint(part, directory: directory.relativePath)
                : .missing(part, directory: directory.relativePath)
        }

        /// One line that says what is wrong.
        public var description: String {
            switch self {
            case .noDirectory(let path): "\(path) is no directory"
            case .missing(let part, let directory): "\(directory)/\(part.fileName) is missing"
            case .checkpoint(let part, let directory):
                "\(directory) has \(part.checkpointName), a checkpoint of ctallec/world-models, and"
                    + " no \(part.fileName)"
            case .disagree(let directory, let mdrnn, let vae):
                "\(directory): M takes latents of length \(mdrnn), but V's have \(vae)"
            }
        }
    }

    /// Reads V, M and, if it is there, C, of which `form` says what its file does not.
    ///
    /// All kernels give the same bits.
    ///
    /// - Throws: `Failure` if V or M is missing or they do not fit; `FileError`, `ParameterError`,
    ///   `FrozenModelsError` or `ControllerFileError` for a file that is damaged, of another kind
    ///   or of other sizes.
    public init(
        directory: URL, kernels: Kernels = .best, form: ControllerForm = ControllerForm(),
        precision: Precision = .float32
    ) throws {
        let (vae, mdrnn) = try Self.parameters(in: directory)
        let name = Part.vae.file(in: directory).path
        try Encoder.requireSizes(of: vae, name: name)
        try RecurrentCell.requireSizes(mdrnn.sizes, name: Part.mdrnn.file(in: directory).path)
        models = try FrozenModels(
            vae: vae, mdrnn: mdrnn, kernels: kernels, precision: precision, name: name)
        let file = Part.controller.file(in: directory)
        controller =
            FileManager.default.fileExists(atPath: file.path)
            ? try ControllerParameters(contentsOf: file, form: form, sizes: models.sizes) : nil
        self.directory = directory
    }

    /// C.
    ///
    /// - Throws: `Failure.missing` if there is none.
    public func requireController() throws -> ControllerParameters {
        guard let controller else { throw Failure.lacking(.controller, directory) }
        return controller
    }

    /// V's and M's weights, of whatever sizes they have, M's fitting V's.
    ///
    /// - Throws: `Failure`, `FileError` or `ParameterError`.
    package static func parameters(
        in directory: URL
    ) throws -> (vae: VAEParameters, mdrnn: MDRNNParameters) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw Failure.noDirectory(directory.relativePath) }
        for part in [Part.vae, .mdrnn] {
            guard FileManager.default.fileExists(atPath: part.file(in: directory).path) else {
                throw Failure.lacking(part, directory)
            }
        }
        let vae = try VAEParameters(contentsOf: Part.vae.file(in: directory))
        let mdrnn = try MDRNNParameters(contentsOf: Part.mdrnn.file(in: directory))
        guard mdrnn.sizes.latent == vae.latentSize else {
            throw Failure.disagree(
                directory: directory.relativePath, mdrnn: mdrnn.sizes.latent, vae: vae.latentSize)
        }
        return (vae, mdrnn)
    }
}
