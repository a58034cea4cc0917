// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Foundation

/// Controller parameters on the wire: raw single-precision bits, little endian, so that what is
/// evaluated is what the optimiser proposed, to the last bit.
package enum ParameterBits {
    /// The bytes of a parameter vector, 4 a parameter.
    package static func encode(_ parameters: [Float]) -> Data {
        var data = Data(capacity: 4 * parameters.count)
        data.appendLittleEndian(parameters)
        return data
    }

    /// The parameter vector of some bytes; none where they are no whole number of parameters.
    package static func decode(_ data: Data) -> [Float] {
        data.littleEndian(arrayOf: Float.self) ?? []
    }
}
