// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import ArrayFiles

/// Why V and M cannot be used for rollouts.
public enum FrozenModelsError: Error, Equatable, CustomStringConvertible {
    /// The inference code takes no such sizes.
    case unsupportedSizes(model: String, found: String, expected: String)
    /// M was trained on latents of another length than V's.
    case disagree(mdrnn: String, found: Int, vae: Int)
    /// 8-bit integers are wanted of a V whose file does not say how to scale them.
    case noRanges(model: String)

    /// One line that names the fault and the remedy.
    public var description: String {
        switch self {
        case .unsupportedSizes(let model, let found, let expected):
            "\(model) has \(found); rollouts need \(expected): train it with such sizes"
        case .disagree(let mdrnn, let found, let vae):
            "\(mdrnn) takes latents of length \(found), but V's have \(vae): train M on V's latents"
        case .noRanges(let model):
            "\(model) has no scales for 8-bit integers, which this version's train-vae writes and "
                + "model pack --data adds: take such a file, or float32"
        }
    }
}

/// V's encoder and M's LSTM, ready to run; the weights are shared by all engines of a process.
public struct FrozenModels: Sendable {
    /// V's encoder.
    public let encoder: Encoder
    /// M's LSTM.
    public let recurrence: RecurrentCell
    /// The compiled loops both were laid out for.
    public let kernels: Kernels

    /// The lengths of what they give a controller.
    public var sizes: ModelSizes { recurrence.sizes }

    /// What results depend on beside the models, for records: processor, loops and precision.
    public var numericPath: String {
        encoder.precision == .float32
            ? kernels.numericPath : "\(kernels.numericPath), int8 \(kernels.int8Name)"
    }

    /// Lays out the weights of V and M; all kernels give the same bits.
    ///
    /// An error calls V `name`.
    ///
    /// - Throws: `FrozenModelsError` if the sizes cannot be or disagree, or if 8-bit integers are
    ///   wanted of a V that has no `ranges`.
    public init(
        vae: VAEParameters, mdrnn: MDRNNParameters, kernels: Kernels = .best,
        precision: Precision = .float32, name: String = "V"
    ) throws {
        encoder = try Encoder(vae, kernels: kernels, precision: precision, name: name)
        recurrence = try RecurrentCell(mdrnn, kernels: kernels)
        guard recurrence.sizes.latent == encoder.latentSize else {
            throw FrozenModelsError.disagree(
                mdrnn: "M", found: recurrence.sizes.latent, vae: encoder.latentSize)
        }
        self.kernels = kernels
    }

    /// Reads V and M from the bytes of their files; all kernels give the same bits.
    ///
    /// - Throws: An error that names the file if its bytes are no such model.
    public init(
        vae: Data, mdrnn: Data, kernels: Kernels = .best, precision: Precision = .float32
    ) throws {
        let (vaeName, mdrnnName) = (Agent.Part.vae.fileName, Agent.Part.mdrnn.fileName)
        try self.init(
            vae: VAEParameters(SafetensorsFile(data: vae, name: vaeName), name: vaeName),
            mdrnn: MDRNNParameters(SafetensorsFile(data: mdrnn, name: mdrnnName), name: mdrnnName),
            kernels: kernels, precision: precision, name: vaeName)
    }
}
