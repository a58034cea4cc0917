// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import TerminalOutput

/// A .npy file of actions, row by row: (T, 3) float32 or float64, steering -1...1, gas 0...1,
/// brake 0...1.
enum ActionFile {
    static func read(_ path: String) throws -> [Float] {
        let array = try NPYArray(contentsOf: URL(filePath: path))
        guard [.float32, .float64].contains(array.elementType), array.shape.count == 2,
            array.shape[1] == 3
        else {
            throw InputError(
                "\(path) holds \(array.elementType) of shape \(array.shape): "
                    + "actions are float32 or float64 of shape (T, 3)")
        }
        let values = array.floats()
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                "\(path): row \(bad / 3), column \(bad % 3) is \(values[bad]): "
                    + "actions must be finite")
        }
        return values
    }
}
