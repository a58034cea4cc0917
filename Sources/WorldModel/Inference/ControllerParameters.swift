// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
public import Foundation

/// A controller's parameters and the form it was trained in, as `controller.safetensors` holds them.
///
/// The tensors are `fc.weight` (3, inputs) and `fc.bias` (3), as in the original's `state_dict`;
/// the header's metadata say "kind", "inputs", "mapping" and "latent".
public struct ControllerParameters: Sendable, Hashable {
    /// What the controller sees.
    public var inputs: ControllerInputs
    /// How its outputs become actions.
    public var mapping: ControllerMapping
    /// What of V's output is z.
    public var latent: LatentUse
    /// The weights (3 x inputs, row-major), then 3 biases.
    public var values: [Float]

    /// Wraps weights (3 x inputs, row-major), then 3 biases; nil means all 0.
    public init(
        inputs: ControllerInputs = .latentHidden, mapping: ControllerMapping = .paper,
        latent: LatentUse = .mean, values: [Float]? = nil
    ) {
        let values = values ?? [Float](repeating: 0, count: inputs.parameterCount)
        precondition(
            values.count == inputs.parameterCount,
            "\(values.count) parameters for a controller of \(inputs.parameterCount)")
        self.inputs = inputs
        self.mapping = mapping
        self.latent = latent
        self.values = values
    }

    /// Reads a controller's file, such as the original's, which say nothing of their mapping: that
    /// the form has to say.
    ///
    /// - Throws: `FileError` if it cannot be read, `ControllerFileError` if something does not fit,
    ///   if the form contradicts the file, or if neither says the mapping.
    public init(contentsOf url: URL, form: ControllerForm = ControllerForm()) throws {
        try self.init(SafetensorsFile(contentsOf: url), name: url.path, form: form)
    }

    /// Takes a controller from a decoded file, whose name is for the error's text.
    ///
    /// - Throws: `ControllerFileError` that says what does not fit.
    package init(
        _ file: SafetensorsFile, name: String, form: ControllerForm = ControllerForm()
    ) throws(ControllerFileError) {
        if let kind = file.metadata["kind"], kind != Agent.Part.controller.rawValue {
            throw .wrongKind(file: name, found: kind)
        }
        let tensors = file.tensors.unwrapped
        guard let weight = tensors["fc.weight"], let bias = tensors["fc.bias"] else {
            throw .missingTensor(
                file: name, tensor: tensors["fc.weight"] == nil ? "fc.weight" : "fc.bias")
        }
        let fitting = ControllerInputs.allCases.first { weight.shape == [3, $0.count] }
        guard let inputs = fitting, bias.shape == [3] else {
            throw .wrongShape(file: name, weight: weight.shape, bias: bias.shape)
        }
        values = weight.values + bias.values
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(file: name, index: index)
        }
        self.inputs = inputs
        guard let mapping = try Self.value("mapping", file, name, said: form.mapping) else {
            throw .noMapping(file: name)
        }
        self.mapping = mapping
        latent = try Self.value("latent", file, name, said: form.latent) ?? .mean
    }

    /// The controller's file, which `safetensors.torch.load_file` reads.
    package func file(metadata: [String: String] = [:]) -> SafetensorsFile {
        var metadata = metadata
        metadata["kind"] = Agent.Part.controller.rawValue
        metadata["inputs"] = inputs.rawValue
        metadata["mapping"] = mapping.rawValue
        metadata["latent"] = latent.rawValue
        let weights = 3 * inputs.count
        return SafetensorsFile(
            metadata: metadata,
            tensors: [
                "fc.weight": Tensor(shape: [3, inputs.count], values: Array(values[..<weights])),
                "fc.bias": Tensor(shape: [3], values: Array(values[weights...])),
            ])
    }

    private static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ file: SafetensorsFile, _ name: String, said: Value?
    ) throws(ControllerFileError) -> Value? {
        guard let text = file.metadata[key] else { return said }
        guard let value = Value(rawValue: text) else {
            throw .unknownForm(
                file: name, key: key, found: text, known: Value.allCases.map(\.rawValue))
        }
        if let said, said.rawValue != value.rawValue {
            throw .otherForm(file: name, key: key, found: text, said: said.rawValue)
        }
        return value
    }
}

/// Why a file is no controller.
public enum ControllerFileError: Error, Equatable, CustomStringConvertible {
    /// The header says that it is another model.
    case wrongKind(file: String, found: String)
    /// A tensor is missing.
    case missingTensor(file: String, tensor: String)
    /// The shapes are those of no known controller.
    case wrongShape(file: String, weight: [Int], bias: [Int])
    /// A parameter is no finite number.
    case notFinite(file: String, index: Int)
    /// Neither the file nor anybody else says how the outputs become actions.
    case noMapping(file: String)
    /// The file says another form than the caller.
    case otherForm(file: String, key: String, found: String, said: String)
    /// The header names a form that is not known here.
    case unknownForm(file: String, key: String, found: String, known: [String])

    /// One line that names the fault and the remedy.
    public var description: String {
        switch self {
        case .wrongKind(let file, let found):
            "\(file) holds a model of kind \"\(found)\", not a controller: give a controller's file"
        case .missingTensor(let file, let tensor):
            "\(file) has no tensor \(tensor): give a controller's file"
        case .wrongShape(let file, let weight, let bias):
            "\(file): fc.weight \(weight) and fc.bias \(bias) are no controller's; expected "
                + "[3, \(ControllerInputs.allCases.map { "\($0.count)" }.joined(separator: " or "))]"
                + " and [3]"
        case .notFinite(let file, let index):
            "\(file): parameter \(index) is not finite: the file is damaged or the training failed"
        case .noMapping(let file):
            "\(file) does not say how its outputs become actions: paper (tanh, gas 0 to 1, brake "
                + "where positive) or linear (as they are, which ctallec/world-models trains); say "
                + "which it was trained with"
        case .otherForm(let file, let key, let found, let said):
            "\(file): its \(key) is \(found), not \(said): leave that out"
        case .unknownForm(let file, let key, let found, let known):
            "\(file): \(key) \"\(found)\" is not known here (\(known.joined(separator: ", "))): "
                + "use the version that wrote it"
        }
    }
}
