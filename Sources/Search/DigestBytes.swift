// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import Foundation

/// Numbers by their bits, little endian, for a digest.
struct DigestBytes {
    private var bytes = Data()

    mutating func append(_ values: [Double]) { append(values.map(\.bitPattern)) }

    mutating func append(_ values: [Float]) { append(values.map(\.bitPattern)) }

    private mutating func append(_ patterns: [some FixedWidthInteger]) {
        for pattern in patterns {
            withUnsafeBytes(of: pattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// SHA-256 of what was appended, as 64 hexadecimal digits.
    var digest: String { SHA256.digest(bytes).hexadecimal }
}
