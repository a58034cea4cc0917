// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles

extension RolloutFile {
    /// What the arrays of a recording are called and how large they are, checked against each
    /// other without reading them.
    package struct Layout: Sendable, Hashable {
        /// The number of steps.
        package let length: Int
        /// The height and width of an observation in pixels.
        package let side: Int
        /// The length of an action.
        package let actionSize: Int
        /// The actions after the last observation's, which are not read: the original's generator
        /// stores all that it drew, though the episode may have ended before.
        package let surplusActions: Int
        /// The arrays' names; recordings may have neither rewards nor terminations.
        package let observations, actions: String
        package let rewards, terminals: String?

        /// Finds the arrays and checks that their shapes agree.
        ///
        /// - Throws: `FileError` if a header is damaged, `RolloutFileError` if the arrays are no
        ///   recording.
        package init(of reader: NPZReader) throws {
            func find(_ names: [String]) -> String? { names.first { reader.contains($0) } }
            func require(_ names: [String]) throws -> String {
                guard let name = find(names) else {
                    throw RolloutFileError.missingArray(file: reader.name, array: names[0])
                }
                return name
            }
            observations = try require(["observations", "obs"])
            actions = try require(["actions", "action"])
            rewards = find(["rewards", "reward"])
            terminals = find(["terminals", "done"])

            let pixels = try reader.header(observations).shape
            guard pixels.count == 4, pixels[1] == pixels[2], pixels[3] == 3,
                (1...1024).contains(pixels[1]), pixels[0] > 0
            else {
                throw RolloutFileError.wrongShape(
                    file: reader.name, array: observations, found: pixels,
                    expected: "(T, 64, 64, 3) or (T, 96, 96, 3)")
            }
            length = pixels[0]
            side = pixels[1]
            let shape = try reader.header(actions).shape
            guard shape.count == 2, shape[0] >= length, shape[1] > 0 else {
                throw RolloutFileError.wrongShape(
                    file: reader.name, array: actions, found: shape,
                    expected: "(\(length), 3)")
            }
            actionSize = shape[1]
            surplusActions = shape[0] - length
            for name in [rewards, terminals].compactMap({ $0 }) {
                let shape = try reader.header(name).shape
                guard shape == [length] else {
                    throw RolloutFileError.wrongShape(
                        file: reader.name, array: name, found: shape, expected: "(\(length),)")
                }
            }
        }
    }
}

/// An .npz archive that holds no recorded episode.
public enum RolloutFileError: Error, CustomStringConvertible, Equatable {
    /// An array of the format is not in the archive.
    case missingArray(file: String, array: String)
    /// An array's shape is not the format's, or disagrees with the others'.
    case wrongShape(file: String, array: String, found: [Int], expected: String)
    /// A number is infinite or not a number.
    case notFinite(file: String, array: String, index: Int)
    /// A pixel of a floating-point observation lies outside 0...255.
    case notAPixel(file: String, index: Int, value: Float)

    /// One line for the user.
    public var description: String {
        switch self {
        case .missingArray(let file, let array):
            "\(file): array \(array) is missing; give a recorded episode"
        case .wrongShape(let file, let array, let found, let expected):
            "\(file): array \(array) has shape \(found), not \(expected); record the episode again"
        case .notFinite(let file, let array, let index):
            "\(file): array \(array) is not finite at element \(index); record the episode again"
        case .notAPixel(let file, let index, let value):
            "\(file): observation element \(index) is \(value), not within 0...255; "
                + "record the episode again"
        }
    }
}
