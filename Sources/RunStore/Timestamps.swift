// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB

/// Times in the database: ISO 8601, UTC, milliseconds, so that text order is time order.
enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static func text(_ date: Date) -> String {
        date.formatted(style)
    }

    static func date(_ text: String) -> Date? {
        try? style.parse(text)
    }
}

/// Little-endian bytes of 32-bit floats, the form of parameters in the database.
enum FloatBytes {
    static func data(_ values: [Float]) -> Data {
        var data = Data(capacity: 4 * values.count)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    static func values(_ data: Data) -> [Float]? {
        guard data.count.isMultiple(of: 4) else { return nil }
        return data.withUnsafeBytes { bytes in
            (0..<data.count / 4).map { index in
                let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: bits))
            }
        }
    }
}

extension Double {
    /// The form in the database: SQLite has no NaN, NULL stands for it.
    var stored: Double? { isNaN ? nil : self }
}
