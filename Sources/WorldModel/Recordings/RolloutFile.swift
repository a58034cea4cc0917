// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
package import ArrayFiles

/// One recorded episode, as the .npz files of a dataset hold it.
///
/// Row t is the observation before the action, the action, and the reward and termination after
/// it. Written are `observations` (T, side, side, 3) uint8, `actions` (T, 3) float32, `rewards` (T,)
/// float32 and `terminals` (T,) bool, which `numpy.load` reads. Read are also the files of the
/// original implementation (other element types, 96x96 pixels, more actions than observations, of
/// which the first T count; their row t has the observation after the action) and those of the
/// paper's code, which name their arrays `obs` and `action` and have no rewards.
public struct RolloutFile: Sendable, Hashable {
    /// Pixels in row-major order, row 0 at the top: (length, side, side, 3), 0 to 255.
    public var observations: [UInt8]
    /// The height and width of an observation in pixels.
    public var side: Int
    /// What was done, (length, actionSize) in row-major order.
    public var actions: [Float]
    /// The length of an action: steering, gas, brake.
    public var actionSize: Int
    /// What was received for each action.
    public var rewards: [Float]
    /// Whether the action ended the episode.
    public var terminals: [Bool]

    /// The number of steps.
    public var length: Int { rewards.count }

    /// Wraps a recording; the arrays' lengths must agree.
    public init(
        observations: [UInt8], side: Int = 64, actions: [Float], actionSize: Int = 3,
        rewards: [Float], terminals: [Bool]
    ) {
        let length = rewards.count
        precondition(
            observations.count == length * side * side * 3 && actions.count == length * actionSize
                && terminals.count == length,
            "\(length) rewards, \(observations.count) pixel bytes of side \(side), "
                + "\(actions.count) action numbers and \(terminals.count) terminals disagree")
        self.observations = observations
        self.side = side
        self.actions = actions
        self.actionSize = actionSize
        self.rewards = rewards
        self.terminals = terminals
    }

    /// Reads a recording's .npz file.
    ///
    /// - Throws: `FileError` if it cannot be read or is damaged, `RolloutFileError` if its arrays
    ///   are no recording.
    public init(contentsOf url: URL) throws {
        let reader = try NPZReader(contentsOf: url)
        try self.init(reader, Layout(of: reader))
    }

    /// Reads a recording's arrays, which are where the layout says.
    ///
    /// - Throws: `FileError` or `RolloutFileError` if they are damaged.
    package init(_ reader: NPZReader, _ layout: Layout) throws {
        let observations = try reader.array(layout.observations)
        self.observations = try Self.bytes(observations, name: reader.name)
        side = layout.side
        actionSize = layout.actionSize
        actions = try Array(
            reader.array(layout.actions).floats().prefix(layout.length * layout.actionSize))
        rewards =
            try layout.rewards.map { try reader.array($0).floats() }
            ?? [Float](repeating: 0, count: layout.length)
        terminals =
            try layout.terminals.map { try reader.array($0).bools() }
            ?? [Bool](repeating: false, count: layout.length)
        for (array, values) in [(layout.actions, actions), (layout.rewards ?? "", rewards)] {
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                throw RolloutFileError.notFinite(file: reader.name, array: array, index: index)
            }
        }
    }

    /// Writes the .npz file, deflated; it appears under its name whole or not at all.
    ///
    /// - Throws: `FileError` if it cannot be written.
    public func write(to url: URL) throws {
        try write(to: url, compression: .deflated)
    }

    /// Writes the .npz file; it appears under its name whole or not at all.
    ///
    /// - Throws: `FileError` if it cannot be written.
    package func write(to url: URL, compression: NPZWriter.Compression) throws {
        let writer = try NPZWriter(to: url, compression: compression)
        try writer.add("observations", observations, shape: [length, side, side, 3])
        try writer.add("actions", actions, shape: [length, actionSize])
        try writer.add("rewards", rewards, shape: [length])
        try writer.add("terminals", terminals, shape: [length])
        try writer.finish()
    }

    /// Pixels as bytes; floating-point pixels are taken as 0..1 if none is above 1, else as 0..255.
    private static func bytes(_ array: NPYArray, name: String) throws -> [UInt8] {
        guard array.elementType.isFloatingPoint else { return try array.uint8s(name: name) }
        let values = array.floats()
        if let index = values.firstIndex(where: { !$0.isFinite || $0 < 0 || $0 > 255 }) {
            throw RolloutFileError.notAPixel(file: name, index: index, value: values[index])
        }
        let scale: Float = values.contains { $0 > 1 } ? 1 : 255
        return values.map { UInt8(($0 * scale).rounded()) }
    }
}
