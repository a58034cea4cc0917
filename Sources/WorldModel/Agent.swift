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

        /// The model's file.
        ///
        /// - Parameter directory: The agent's directory.
        /// - Returns: Where the file is or will be.
        public func file(in directory: URL) -> URL { directory.appending(path: fileName) }
    }

    /// Why a directory holds no agent.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// There is no directory of this path.
        case noDirectory(path: String)
        /// The directory lacks a model.
        case missing(Part, path: String)
        /// M was trained on latents of another length than V's.
        case disagree(path: String, latent: Int, vae: Int)

        /// One line that says what is wrong.
        public var description: String {
            switch self {
            case .noDirectory(let path): "\(path) is no directory"
            case .missing(_, let path): "\(path) is missing"
            case .disagree(let path, let latent, let vae):
                "\(path) takes latents of length \(latent), but those of the V beside it have \(vae)"
            }
        }
    }

    /// Reads V, M and, if it is there, C.
    ///
    /// - Parameters:
    ///   - directory: The directory with the models' files.
    ///   - kernels: The compiled loops to use; all give the same bits.
    /// - Throws: `Failure` if V or M is missing or they do not fit; `FileError`, `ParameterError`,
    ///   `FrozenModelsError` or `ControllerFileError` for a file that is damaged, of another kind
    ///   or of other sizes.
    public init(directory: URL, kernels: Kernels = .best) throws {
        let (vae, mdrnn) = try Self.parameters(in: directory)
        models = try FrozenModels(vae: vae, mdrnn: mdrnn, kernels: kernels)
        // C's files are of V's and M's sizes, or refused.
        let file = Part.controller.file(in: directory)
        controller =
            FileManager.default.fileExists(atPath: file.path)
            ? try ControllerParameters(contentsOf: file) : nil
        self.directory = directory
    }

    /// C.
    ///
    /// - Returns: The controller.
    /// - Throws: `Failure.missing` if there is none.
    public func requireController() throws -> ControllerParameters {
        guard let controller else {
            throw Failure.missing(.controller, path: Part.controller.file(in: directory).path)
        }
        return controller
    }

    /// V's and M's weights, of whatever sizes they have.
    ///
    /// - Parameter directory: The directory with the models' files.
    /// - Returns: V and an M that takes its latents.
    /// - Throws: `Failure`, `FileError` or `ParameterError`.
    package static func parameters(
        in directory: URL
    ) throws -> (vae: VAEParameters, mdrnn: MDRNNParameters) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw Failure.noDirectory(path: directory.path) }
        for part in [Part.vae, .mdrnn] {
            let path = part.file(in: directory).path
            guard FileManager.default.fileExists(atPath: path) else {
                throw Failure.missing(part, path: path)
            }
        }
        let vae = try VAEParameters(contentsOf: Part.vae.file(in: directory))
        let mdrnnFile = Part.mdrnn.file(in: directory)
        let mdrnn = try MDRNNParameters(contentsOf: mdrnnFile)
        guard mdrnn.sizes.latent == vae.latentSize else {
            throw Failure.disagree(
                path: mdrnnFile.path, latent: mdrnn.sizes.latent, vae: vae.latentSize)
        }
        return (vae, mdrnn)
    }
}
