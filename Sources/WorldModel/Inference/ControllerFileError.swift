// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Why a file is no controller.
public enum ControllerFileError: Error, Equatable, CustomStringConvertible {
    /// The header says that it is another model.
    case wrongKind(file: String, found: String)
    /// A tensor is missing.
    case missingTensor(file: String, tensor: String)
    /// The first layer's shapes, or how the others follow, are those of no known controller; the
    /// lengths that its input could have.
    case wrongShape(file: String, weight: [Int], bias: [Int], expected: [Int])
    /// It has another number of outputs than its mapping has a use for.
    case wrongOutputs(file: String, found: Int, mapping: ControllerMapping)
    /// It was searched for with a V and M of other sizes.
    case otherSizes(file: String, found: ModelSizes, expected: ModelSizes)
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
        case .wrongShape(let file, let weight, let bias, let expected):
            "\(file): weights \(weight) and biases \(bias) are no controller's; expected inputs of "
                + expected.map { "\($0)" }.joined(separator: " or ")
                + ", and 3 or, of discrete actions, 5 outputs"
        case .wrongOutputs(let file, let found, let mapping):
            "\(file): it has \(found) outputs, and the mapping \(mapping.rawValue) needs "
                + "\(mapping.outputCount)"
        case .otherSizes(let file, let found, let expected):
            "\(file) is for z \(found.latent) and h \(found.hidden), but V and M have z "
                + "\(expected.latent) and h \(expected.hidden): give the models it was searched with"
        case .notFinite(let file, let index):
            "\(file): parameter \(index) is not finite: the file is damaged or the training failed"
        case .noMapping(let file):
            "\(file) does not say how its outputs become actions: paper (tanh, gas 0 to 1, brake "
                + "where positive), linear (as they are, which ctallec/world-models trains) or "
                + "discrete (the largest of five is the action); say which it was trained with"
        case .otherForm(let file, let key, let found, let said):
            "\(file): its \(key) is \(found), not \(said): leave that out"
        case .unknownForm(let file, let key, let found, let known):
            "\(file): \(key) \"\(found)\" is not known here (\(known.joined(separator: ", "))): "
                + "use the version that wrote it"
        }
    }
}
