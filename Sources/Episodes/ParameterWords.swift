// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What parameters are computed in by whoever gets them.
package enum ParameterPrecision: String, Sendable, Hashable, Codable, CaseIterable {
    /// IEEE 754 single precision: what the search proposes is rounded to it.
    case float32
    /// IEEE 754 double precision: what the search proposes, bit for bit.
    case float64

    /// The words of a vector, which travel as they are: its numbers rounded to single precision, or
    /// the halves of their bits, the lower one first.
    package func words(_ parameters: [Double]) -> [Float] {
        switch self {
        case .float32: return parameters.map { Float($0) }
        case .float64:
            var words: [Float] = []
            words.reserveCapacity(2 * parameters.count)
            for parameter in parameters {
                let bits = parameter.bitPattern
                words.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
                words.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32)))
            }
            return words
        }
    }

    /// What is computed with where a vector is given in this precision.
    package func rounded(_ parameters: [Double]) -> [Double] {
        self == .float32 ? parameters.map { Double(Float($0)) } : parameters
    }

    /// The numbers of a vector's words; nil where there is half of one.
    package func numbers(_ words: [Float]) -> [Double]? {
        switch self {
        case .float32: return words.map { Double($0) }
        case .float64:
            guard words.count.isMultiple(of: 2) else { return nil }
            return stride(from: 0, to: words.count, by: 2).map { index in
                Double(
                    bitPattern: UInt64(words[index].bitPattern)
                        | UInt64(words[index + 1].bitPattern) << 32)
            }
        }
    }
}
