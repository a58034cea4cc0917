// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// Controller parameters on the wire: raw single-precision bits, little endian, so that what is
/// evaluated is what the optimiser proposed, to the last bit.
package enum ParameterBits {
    /// The bytes of a parameter vector.
    ///
    /// - Parameter parameters: Any values, NaN included.
    /// - Returns: 4 bytes a parameter.
    package static func encode(_ parameters: [Float]) -> Data {
        #if _endian(little)
            return parameters.withUnsafeBytes { Data($0) }
        #else
            return parameters.reduce(into: Data()) { data, value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        #endif
    }

    /// The parameter vector of some bytes.
    ///
    /// - Parameter data: 4 bytes a parameter; decoding `Assignments` has checked it.
    /// - Returns: The same bits as values.
    package static func decode(_ data: Data) -> [Float] {
        precondition(data.count % 4 == 0, "\(data.count) bytes are no parameter vector")
        return [Float](unsafeUninitializedCapacity: data.count / 4) { buffer, count in
            data.withUnsafeBytes { bytes in
                for index in 0..<buffer.count {
                    let word = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                    buffer[index] = Float(bitPattern: UInt32(littleEndian: word))
                }
            }
            count = buffer.count
        }
    }
}
