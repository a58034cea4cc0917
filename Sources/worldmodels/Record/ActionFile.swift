// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import TerminalOutput

/// A .npy file of actions, row by row: (T, 3) numbers of any type, steering -1...1, gas 0...1,
/// brake 0...1.
enum ActionFile {
    /// The actions in double precision, as Gymnasium takes numbers of whatever type: a brake of 0.9
    /// blocks the wheels where the file has it as float64, but not where it has it as float32,
    /// which is a little less.
    static func read(_ path: String) throws -> [Double] {
        let array = try NPYArray(contentsOf: URL(filePath: path))
        guard array.shape.count == 2, array.shape[1] == 3 else {
            throw InputError(
                "\(path) holds \(array.elementType) of shape \(array.shape): actions have the shape"
                    + " (T, 3)")
        }
        let values = array.doubles()
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                "\(path): row \(bad / 3), column \(bad % 3) is \(values[bad]): "
                    + "actions must be finite")
        }
        return values
    }
}
