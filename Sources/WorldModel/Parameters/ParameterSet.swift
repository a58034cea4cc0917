// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
package import Foundation
package import SeededRandom

/// The weights of one model under PyTorch's names and in PyTorch's layouts.
package protocol ParameterSet: Sendable, Hashable {
    /// The numbers that fix the tensors' shapes.
    associatedtype Sizes: Sendable, Hashable

    /// Which model it is.
    static var part: Agent.Part { get }

    /// The tensors of a model of the given sizes, in the order in which they are drawn at random.
    static func specification(_ sizes: Sizes) -> [TensorSpecification]

    /// The name that a tensor has here, where others call it otherwise.
    static func canonical(_ name: String) -> String

    /// Reads the sizes off the tensors' shapes; the caller checks every tensor against them.
    ///
    /// - Throws: `ParameterError` when a tensor needed for this is missing or has no such shape.
    static func sizes(of tensors: [String: Tensor], name: String) throws -> Sizes

    /// The numbers that fix the tensors' shapes.
    var sizes: Sizes { get }

    /// The weights under PyTorch's names.
    var tensors: [String: Tensor] { get }

    /// Wraps tensors that match `specification(sizes)` by name and shape.
    init(checked: [String: Tensor], sizes: Sizes)

    /// Reads a model's file.
    init(contentsOf url: URL) throws

    /// What its file says beside the weights that drives depend on.
    var notes: [String: String] { get }

    /// Takes such from a file; an error calls it `name`.
    ///
    /// - Throws: `ParameterError`.
    mutating func take(notes: [String: String], name: String) throws(ParameterError)
}

extension ParameterSet {
    /// What the file's metadata call this model: "vae" or "mdrnn".
    package static var kind: String { part.rawValue }

    /// The name itself.
    package static func canonical(_ name: String) -> String { name }

    /// Nothing.
    package var notes: [String: String] { [:] }

    /// There is nothing to take.
    package mutating func take(notes: [String: String], name: String) throws(ParameterError) {}

    /// Draws PyTorch's default start.
    package init(randomFrom generator: inout PCG64, sizes: Sizes) {
        var tensors: [String: Tensor] = [:]
        for entry in Self.specification(sizes) {
            let bound = entry.initialBound
            let values = (0..<entry.count).map { _ in Float(generator.uniform(-bound, bound)) }
            tensors[entry.name] = Tensor(shape: entry.shape, values: values)
        }
        self.init(checked: tensors, sizes: sizes)
    }

    /// Checks tensors by name, shape and value, and takes them; none may be missing or left over.
    ///
    /// What wrappers of PyTorch put into the names is no part of them.
    ///
    /// - Throws: `ParameterError` that names the first tensor that does not fit.
    package init(tensors: [String: Tensor], name: String) throws {
        let tensors = tensors.unwrapped.renamed(Self.canonical)
        let sizes = try Self.sizes(of: tensors, name: name)
        let specification = Self.specification(sizes)
        for entry in specification {
            guard let tensor = tensors[entry.name] else {
                throw ParameterError.missingTensor(file: name, tensor: entry.name, kind: Self.kind)
            }
            guard tensor.shape == entry.shape else {
                throw ParameterError.wrongShape(
                    file: name, tensor: entry.name, found: tensor.shape, expected: entry.shape)
            }
            if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
                throw ParameterError.notFinite(file: name, tensor: entry.name, index: index)
            }
        }
        let known = Set(specification.map(\.name))
        if let extra = tensors.keys.filter({ !known.contains($0) }).min() {
            throw ParameterError.unknownTensor(file: name, tensor: extra, kind: Self.kind)
        }
        self.init(checked: tensors, sizes: sizes)
    }

    /// Takes the weights of a model file after checking them by name, shape and value.
    ///
    /// - Throws: `ParameterError` that names the file and what does not fit.
    package init(_ file: SafetensorsFile, name: String) throws {
        if let kind = file.metadata["kind"], kind != Self.kind {
            throw ParameterError.wrongKind(file: name, found: kind, expected: Self.kind)
        }
        try self.init(tensors: file.tensors, name: name)
        try take(notes: file.metadata, name: name)
    }

    /// The model file with these weights, which `safetensors.torch.load_file` reads.
    package func file(metadata: [String: String] = [:]) -> SafetensorsFile {
        var metadata = metadata.merging(notes) { $1 }
        metadata["kind"] = Self.kind
        return SafetensorsFile(metadata: metadata, tensors: tensors)
    }

    /// The tensor of a name that the specification has.
    package subscript(name: String) -> Tensor {
        guard let tensor = tensors[name] else {
            preconditionFailure("\(Self.kind) has no tensor named \(name)")
        }
        return tensor
    }

    /// The shape of a tensor that the sizes are read off.
    static func shape(
        of tensor: String, rank: Int, in tensors: [String: Tensor], name: String
    ) throws -> [Int] {
        guard let shape = tensors[tensor]?.shape else {
            throw ParameterError.missingTensor(file: name, tensor: tensor, kind: kind)
        }
        guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
            throw ParameterError.wrongRank(
                file: name, tensor: tensor, found: shape, expected: rank)
        }
        return shape
    }
}
