// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
public import Foundation

/// A controller's parameters and the form it was trained in, as `controller.safetensors` holds them.
///
/// The tensors are `fc.weight` (outputs, inputs) and `fc.bias` (outputs), as in the original's
/// `state_dict`; with a hidden layer also `hidden.weight` (units, inputs) and `hidden.bias` (units),
/// whose values are then `fc`'s inputs. The header's metadata say "kind", "inputs", "mapping" and
/// "latent", and the lengths of z and h where these are not the paper's.
public struct ControllerParameters: Sendable, Hashable {
    /// What it sees, what lies between, and how it acts.
    public var shape: ControllerShape
    /// What of V's output is z.
    public var latent: LatentUse
    /// The parameters, in the order that `ControllerShape` says.
    public var values: [Float]

    /// What the controller sees.
    public var inputs: ControllerInputs { shape.inputs }
    /// How its outputs become actions.
    public var mapping: ControllerMapping { shape.mapping }

    /// Wraps a shape's parameters; nil means all 0.
    public init(
        shape: ControllerShape = ControllerShape(), latent: LatentUse = .mean,
        values: [Float]? = nil
    ) {
        let values = values ?? [Float](repeating: 0, count: shape.parameterCount)
        precondition(
            values.count == shape.parameterCount,
            "\(values.count) parameters for a controller of \(shape.parameterCount)")
        self.shape = shape
        self.latent = latent
        self.values = values
    }

    /// Wraps the parameters of a controller for the paper's V and M, without a hidden layer: weights
    /// (outputs x inputs, row-major), then biases; nil means all 0.
    public init(
        inputs: ControllerInputs = .latentHidden, mapping: ControllerMapping = .paper,
        latent: LatentUse = .mean, values: [Float]? = nil
    ) {
        self.init(
            shape: ControllerShape(inputs: inputs, mapping: mapping), latent: latent,
            values: values)
    }

    /// Reads a controller's file, such as the original's, which say nothing of their mapping: that
    /// the form has to say.
    ///
    /// `sizes` are those of the V and M that it is to drive with; nil: the file says them, or they
    /// are the paper's.
    ///
    /// - Throws: `FileError` if it cannot be read, `ControllerFileError` if something does not fit,
    ///   if the form contradicts the file, or if neither says the mapping.
    public init(
        contentsOf url: URL, form: ControllerForm = ControllerForm(), sizes: ModelSizes? = nil
    ) throws {
        try self.init(SafetensorsFile(contentsOf: url), name: url.path, form: form, sizes: sizes)
    }

    /// Takes a controller from a decoded file, whose name is for the error's text.
    ///
    /// - Throws: `ControllerFileError` that says what does not fit.
    package init(
        _ file: SafetensorsFile, name: String, form: ControllerForm = ControllerForm(),
        sizes wanted: ModelSizes? = nil
    ) throws(ControllerFileError) {
        if let kind = file.metadata["kind"], kind != Agent.Part.controller.rawValue {
            throw .wrongKind(file: name, found: kind)
        }
        let sizes = try Self.sizes(of: file, name, wanted: wanted)
        let tensors = file.tensors.unwrapped
        func tensor(_ tensor: String) throws(ControllerFileError) -> Tensor {
            guard let found = tensors[tensor] else {
                throw .missingTensor(file: name, tensor: tensor)
            }
            return found
        }
        let weight = try tensor("fc.weight")
        let bias = try tensor("fc.bias")
        var layers = [weight, bias]
        if tensors["hidden.weight"] != nil || tensors["hidden.bias"] != nil {
            layers = [try tensor("hidden.weight"), try tensor("hidden.bias")] + layers
        }
        guard let fitting = ControllerShape(layers: layers.map(\.shape), sizes: sizes) else {
            throw .wrongShape(
                file: name, weight: layers[0].shape, bias: layers[1].shape,
                expected: ControllerInputs.allCases.map { $0.count(in: sizes) })
        }
        shape = fitting
        values = layers.flatMap(\.values)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(file: name, index: index)
        }
        guard let mapping = try Self.value("mapping", file, name, said: form.mapping) else {
            throw .noMapping(file: name)
        }
        guard mapping.outputCount == bias.values.count else {
            throw .wrongOutputs(file: name, found: bias.values.count, mapping: mapping)
        }
        shape.mapping = mapping
        latent = try Self.value("latent", file, name, said: form.latent) ?? .mean
    }

    /// The controller's file, which `safetensors.torch.load_file` reads.
    package func file(metadata: [String: String] = [:]) -> SafetensorsFile {
        var metadata = metadata
        metadata["kind"] = Agent.Part.controller.rawValue
        metadata["inputs"] = inputs.rawValue
        metadata["mapping"] = mapping.rawValue
        metadata["latent"] = latent.rawValue
        if shape.sizes != ModelSizes() {
            metadata[Self.latentSizeKey] = "\(shape.sizes.latent)"
            metadata[Self.hiddenSizeKey] = "\(shape.sizes.hidden)"
        }
        let names = shape.hiddenUnits == 0 ? ["fc"] : ["hidden", "fc"]
        var tensors: [String: Tensor] = [:]
        var rest = values[...]
        for (name, layer) in zip(names, shape.layers) {
            let weights = layer.rows * layer.inner
            tensors[name + ".weight"] = Tensor(
                shape: [layer.rows, layer.inner], values: Array(rest.prefix(weights)))
            tensors[name + ".bias"] = Tensor(
                shape: [layer.rows], values: Array(rest.dropFirst(weights).prefix(layer.rows)))
            rest = rest.dropFirst(weights + layer.rows)
        }
        return SafetensorsFile(metadata: metadata, tensors: tensors)
    }

    private static let latentSizeKey = "latent_size"
    private static let hiddenSizeKey = "hidden_size"

    /// The sizes that a file says, else those that are wanted, else the paper's.
    private static func sizes(
        of file: SafetensorsFile, _ name: String, wanted: ModelSizes?
    ) throws(ControllerFileError) -> ModelSizes {
        func number(
            _ key: String, _ limits: ClosedRange<Int>
        ) throws(ControllerFileError) -> Int? {
            guard let text = file.metadata[key] else { return nil }
            guard let number = Int(text), limits.contains(number) else {
                throw .unknownForm(
                    file: name, key: key, found: text,
                    known: ["\(limits.lowerBound) to \(limits.upperBound)"])
            }
            return number
        }
        let latent = try number(latentSizeKey, ModelSizes.latentLimits)
        let hidden = try number(hiddenSizeKey, ModelSizes.hiddenLimits)
        let inputs = file.metadata["inputs"]
        // This program's files say sizes that are not the paper's; those of others say nothing.
        guard latent != nil || hidden != nil || inputs != nil else { return wanted ?? ModelSizes() }
        let usual = ModelSizes()
        var said = ModelSizes(latent: latent ?? usual.latent, hidden: hidden ?? usual.hidden)
        // Who does not see h goes with every one.
        if inputs == ControllerInputs.latent.rawValue {
            said.hidden = wanted?.hidden ?? said.hidden
        }
        if let wanted, wanted != said {
            throw .otherSizes(file: name, found: said, expected: wanted)
        }
        return said
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

extension ControllerShape {
    /// Reads a shape off those of weight and bias of each layer, all but how outputs become actions;
    /// nil: they are none.
    fileprivate init?(layers: [[Int]], sizes: ModelSizes) {
        self.init(sizes: sizes)
        let outputs = layers[layers.count - 1]
        guard
            outputs == [ModelSizes.actions]
                || outputs == [ControllerMapping.discrete.outputCount]
        else { return nil }
        if layers.count == 4 {
            guard layers[1].count == 1, layers[2] == outputs + layers[1],
                Self.hiddenUnitLimits.contains(layers[1][0]), layers[1][0] > 0
            else { return nil }
            hiddenUnits = layers[1][0]
        }
        let rows = layers[1]
        let fitting = ControllerInputs.allCases.first {
            layers[0] == rows + [$0.count(in: sizes)]
        }
        guard let fitting else { return nil }
        inputs = fitting
    }
}
