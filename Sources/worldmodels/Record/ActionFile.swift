// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacing
import Foundation
import TerminalOutput

/// A .npy file of actions, row by row: (T, 3) numbers of any type, steering -1...1, gas 0...1,
/// brake 0...1; or (T) numbers of discrete actions, 0...4.
enum ActionFile {
    /// The actions in double precision, as Gymnasium takes numbers of whatever type: a brake of 0.9
    /// blocks the wheels where the file has it as float64, but not where it has it as float32,
    /// which is a little less.
    static func read(_ path: String) throws -> [Double] {
        let array = try NPYArray(contentsOf: URL(filePath: path))
        if array.shape.count == 1 { return try discrete(array.doubles(), path) }
        guard array.shape.count == 2, array.shape[1] == 3 else {
            throw InputError(
                "\(path) holds \(array.elementType) of shape \(array.shape): actions have the shape"
                    + " (T, 3), or (T) if they are discrete")
        }
        let values = array.doubles()
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                "\(path): row \(bad / 3), column \(bad % 3) is \(values[bad]): "
                    + "actions must be finite")
        }
        return values
    }

    /// The controls of discrete actions.
    private static func discrete(_ numbers: [Double], _ path: String) throws -> [Double] {
        try numbers.enumerated().flatMap { row, number in
            guard let action = Int(exactly: number).flatMap(DiscreteAction.init(rawValue:)) else {
                throw InputError(
                    "\(path): row \(row) is \(number): discrete actions are 0 to "
                        + "\(DiscreteAction.allCases.count - 1)")
            }
            let controls = Action(action)
            return [controls.steering, controls.gas, controls.brake]
        }
    }
}
