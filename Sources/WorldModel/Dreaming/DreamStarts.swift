// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
import Foundation

/// Moments of recorded episodes at which dreams begin, as `dream-starts.safetensors` holds them: z,
/// and M's states before it sees that z.
///
/// The tensors are `latent` (starts, z), `hidden` and `cell` (starts, h). The header's metadata say
/// "kind" and by SHA-256 the V and M that they are of.
package struct DreamStarts: Sendable, Hashable {
    /// What their file is called in a run's directory.
    package static let fileName = name + ".safetensors"
    /// What a coordinator serves them as, and what the header's "kind" is.
    package static let name = "dream-starts"
    /// The most starts of a file.
    package static let mostStarts = 1 << 16

    /// How many there are, at least 1.
    package let count: Int
    /// The lengths of z and of h and c.
    package let sizes: ModelSizes
    /// SHA-256 of V's file, in hexadecimal digits.
    package let vae: String
    /// SHA-256 of M's file, in hexadecimal digits.
    package let mdrnn: String

    /// (starts, z).
    private let latents: [Float]
    /// (starts, h).
    private let hiddens: [Float]
    /// (starts, h).
    private let cells: [Float]

    /// Why a file holds no starts for a V and an M.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// It holds something else.
        case wrongKind(file: String, found: String)
        /// A tensor is missing, or is of no such shape.
        case tensor(file: String, name: String, found: [Int]?)
        /// Its sizes are not those of V and M.
        case sizes(file: String, found: ModelSizes, expected: ModelSizes)
        /// They are of another V or M.
        case otherModel(file: String, model: String, found: String, expected: String)

        package var description: String {
            switch self {
            case .wrongKind(let file, let found):
                "\(file): holds \(found), not \(DreamStarts.name)"
            case .tensor(let file, let name, let found):
                "\(file): "
                    + (found.map { "tensor \(name) has shape \($0)" } ?? "tensor \(name) is missing")
            case .sizes(let file, let found, let expected):
                "\(file): z \(found.latent), h \(found.hidden), where V and M have z"
                    + " \(expected.latent), h \(expected.hidden)"
            case .otherModel(let file, let model, let found, let expected):
                "\(file): of another \(model) (SHA-256 \(found.prefix(12)), not"
                    + " \(expected.prefix(12)))"
            }
        }
    }

    /// Wraps starts of some sizes: (starts, z), (starts, h) and (starts, h) numbers.
    package init(
        latents: [Float], hiddens: [Float], cells: [Float], sizes: ModelSizes, vae: String,
        mdrnn: String
    ) {
        count = latents.count / sizes.latent
        precondition(
            count > 0 && latents.count == count * sizes.latent
                && hiddens.count == count * sizes.hidden && cells.count == hiddens.count,
            "\(latents.count), \(hiddens.count) and \(cells.count) numbers of \(sizes)")
        self.latents = latents
        self.hiddens = hiddens
        self.cells = cells
        self.sizes = sizes
        self.vae = vae
        self.mdrnn = mdrnn
    }

    /// Takes the starts of a decoded file, which errors call `name`.
    ///
    /// - Throws: `Failure`, or `FileError.malformed` for a number that is not finite.
    package init(_ file: SafetensorsFile, name: String) throws {
        let kind = file.metadata["kind"]
        guard kind == Self.name else {
            throw Failure.wrongKind(file: name, found: kind ?? "something else")
        }
        try file.requireFinite(name: name)
        func tensor(_ tensor: String, rows: Int?) throws -> Tensor {
            let found = file.tensors[tensor]
            guard let found, found.shape.count == 2, found.shape[1] > 0,
                (1...Self.mostStarts).contains(found.shape[0]),
                rows ?? found.shape[0] == found.shape[0]
            else { throw Failure.tensor(file: name, name: tensor, found: found?.shape) }
            return found
        }
        let latent = try tensor("latent", rows: nil)
        let hidden = try tensor("hidden", rows: latent.shape[0])
        let cell = try tensor("cell", rows: latent.shape[0])
        guard cell.shape == hidden.shape else {
            throw Failure.tensor(file: name, name: "cell", found: cell.shape)
        }
        self.init(
            latents: latent.values, hiddens: hidden.values, cells: cell.values,
            sizes: ModelSizes(latent: latent.shape[1], hidden: hidden.shape[1]),
            vae: file.metadata["vae"] ?? "", mdrnn: file.metadata["mdrnn"] ?? "")
    }

    /// The starts' file.
    package var file: SafetensorsFile {
        SafetensorsFile(
            metadata: ["kind": Self.name, "vae": vae, "mdrnn": mdrnn],
            tensors: [
                "latent": Tensor(shape: [count, sizes.latent], values: latents),
                "hidden": Tensor(shape: [count, sizes.hidden], values: hiddens),
                "cell": Tensor(shape: [count, sizes.hidden], values: cells),
            ])
    }

    /// Refuses starts of other models than a run has; an error calls their file `name`.
    ///
    /// - Throws: `Failure`.
    package func check(sizes: ModelSizes, vae: String, mdrnn: String, name: String) throws {
        for (model, found, expected) in [("V", self.vae, vae), ("M", self.mdrnn, mdrnn)]
        where found != expected {
            throw Failure.otherModel(file: name, model: model, found: found, expected: expected)
        }
        try check(sizes: sizes, name: name)
    }

    /// Refuses starts of other sizes than V and M have; an error calls their file `name`.
    ///
    /// - Throws: `Failure.sizes`.
    package func check(sizes: ModelSizes, name: String) throws {
        guard sizes == self.sizes else {
            throw Failure.sizes(file: name, found: self.sizes, expected: sizes)
        }
    }

    /// Puts an episode at a start, of `count`; its action is 0.
    package func begin(_ index: Int, at start: Int, _ states: RecurrentCell.States) {
        precondition(start >= 0 && start < count, "start \(start) of \(count)")
        precondition(states.sizes == sizes, "states of \(states.sizes), not \(sizes)")
        states.reset(index)
        func copy(_ values: [Float], _ length: Int, to target: UnsafeMutablePointer<Float>) {
            values.withUnsafeBufferPointer { values in
                guard let base = values.baseAddress else { return }
                target.update(from: base + start * length, count: length)
            }
        }
        copy(latents, sizes.latent, to: states.latent(index))
        copy(hiddens, sizes.hidden, to: states.hidden(index))
        copy(cells, sizes.hidden, to: states.cell(index))
    }
}
