// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import WorldModel

/// Where each tensor of a model lies in one flat buffer, and in which order of its axes.
///
/// Weights, gradients and an optimiser's moments share the layout, so that an update is one loop.
/// A tensor may be kept with its axes permuted from PyTorch's order, to suit the products.
struct FlatLayout {
    /// One tensor's place.
    struct Entry {
        /// PyTorch's name.
        let name: String
        /// The shape in the file.
        let shape: [Int]
        /// The file's shape, an axis possibly split in several, that `axes` permutes.
        let view: [Int]
        /// The axes of `view` in the order in which they are kept here, outermost first.
        let axes: [Int]
        /// The index of the first element.
        let offset: Int

        /// The number of elements.
        var count: Int { shape.reduce(1, *) }
    }

    /// The tensors in the order of their places.
    private(set) var entries: [Entry] = []
    /// The elements of all tensors.
    private(set) var count = 0
    private var indices: [String: Int] = [:]

    /// Appends a tensor, the file's shape split to `view`, its axes kept in the order of `axes`.
    mutating func append(
        _ specification: TensorSpecification, view: [Int]? = nil, axes: [Int]? = nil
    ) {
        let view = view ?? specification.shape
        let axes = axes ?? Array(view.indices)
        precondition(
            view.reduce(1, *) == specification.count && axes.sorted() == Array(view.indices),
            "\(specification.name): view \(view) and axes \(axes) do not fit")
        indices[specification.name] = entries.count
        entries.append(
            Entry(
                name: specification.name, shape: specification.shape, view: view, axes: axes,
                offset: count))
        count += specification.count
    }

    /// The index of the first element of a tensor that was appended.
    func offset(_ name: String) -> Int {
        guard let index = indices[name] else { preconditionFailure("no tensor named \(name)") }
        return entries[index].offset
    }

    /// Copies tensors, their names prefixed, from the file's layout to the flat one.
    func load(_ tensors: [String: Tensor], prefix: String = "", into buffer: FloatBuffer) {
        for entry in entries {
            guard let tensor = tensors[prefix + entry.name], tensor.shape == entry.shape else {
                preconditionFailure("\(prefix)\(entry.name) is missing or of another shape")
            }
            let target = buffer.at(entry.offset)
            tensor.values.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                Self.forEachElement(of: entry) { target[$0] = base[$1] }
            }
        }
    }

    /// Copies tensors from the flat layout to the file's, their names prefixed.
    func tensors(_ buffer: FloatBuffer, prefix: String = "") -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for entry in entries {
            let source = buffer.at(entry.offset)
            let values = [Float](unsafeUninitializedCapacity: entry.count) { target, count in
                Self.forEachElement(of: entry) { target[$1] = source[$0] }
                count = entry.count
            }
            result[prefix + entry.name] = Tensor(shape: entry.shape, values: values)
        }
        return result
    }

    /// Visits each element with its index here and its index in the file.
    private static func forEachElement(of entry: Entry, _ body: (_ here: Int, _ file: Int) -> Void)
    {
        let rank = entry.view.count
        var fileStrides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            fileStrides[axis] = fileStrides[axis + 1] * entry.view[axis + 1]
        }
        let extents = entry.axes.map { entry.view[$0] }
        let strides = entry.axes.map { fileStrides[$0] }
        let inner = extents[rank - 1]
        let innerStride = strides[rank - 1]
        var position = [Int](repeating: 0, count: rank)
        var file = 0
        for start in stride(from: 0, to: entry.count, by: inner) {
            for index in 0..<inner { body(start + index, file + index * innerStride) }
            var axis = rank - 2
            while axis >= 0 {
                position[axis] += 1
                file += strides[axis]
                if position[axis] < extents[axis] { break }
                file -= extents[axis] * strides[axis]
                position[axis] = 0
                axis -= 1
            }
        }
    }
}
