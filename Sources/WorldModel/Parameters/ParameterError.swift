// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A model file that does not hold the model which it should.
public enum ParameterError: Error, CustomStringConvertible, Equatable {
    /// A tensor of the model is not in the file.
    case missingTensor(file: String, tensor: String, kind: String)
    /// The file holds a tensor that the model does not know.
    case unknownTensor(file: String, tensor: String, kind: String)
    /// A tensor has another shape than the model's sizes ask for.
    case wrongShape(file: String, tensor: String, found: [Int], expected: [Int])
    /// A tensor has another number of axes than the model's.
    case wrongRank(file: String, tensor: String, found: [Int], expected: Int)
    /// A weight is infinite or not a number.
    case notFinite(file: String, tensor: String, index: Int)
    /// The file says that it holds another model.
    case wrongKind(file: String, found: String, expected: String)
    /// What the file says of its activations' ranges is no four numbers above 0.
    case badRanges(file: String, found: String)

    /// One line for the user.
    public var description: String {
        switch self {
        case .missingTensor(let file, let tensor, let kind):
            "\(file): tensor \(tensor) is missing; give a \(kind) model saved whole"
        case .unknownTensor(let file, let tensor, let kind):
            "\(file): tensor \(tensor) is not part of a \(kind) model; give a file with nothing else"
        case .wrongShape(let file, let tensor, let found, let expected):
            "\(file): tensor \(tensor) has shape \(found), not \(expected); "
                + "give a model of the right sizes"
        case .wrongRank(let file, let tensor, let found, let expected):
            "\(file): tensor \(tensor) has shape \(found), but needs \(expected) axes; "
                + "give a model of this kind"
        case .notFinite(let file, let tensor, let index):
            "\(file): tensor \(tensor) is not finite at element \(index); "
                + "go back to an earlier checkpoint"
        case .wrongKind(let file, let found, let expected):
            "\(file): holds a \(found) model, not a \(expected) model; give the other file"
        case .badRanges(let file, let found):
            "\(file): int8.limits \"\(found)\" are no four numbers above 0; write it anew "
                + "(worldmodels model pack --data)"
        }
    }
}
