// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Episodes
package import Foundation
import GRDB

/// Times in the database: ISO 8601, UTC, milliseconds, so that text order is time order.
package enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Such as 2027-01-15T08:00:00.125Z.
    package static func text(_ date: Date) -> String { date.formatted(style) }

    static func date(_ text: String) -> Date? { try? style.parse(text) }
}

/// A number that may be none: NaN in the program, NULL in the database, where there is no NaN.
@propertyWrapper
package struct NullIsNaN: Sendable, Hashable, Codable {
    package var wrappedValue: Double

    package init(wrappedValue: Double) { self.wrappedValue = wrappedValue }

    package init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension NullIsNaN: DatabaseValueConvertible {
    var databaseValue: DatabaseValue {
        wrappedValue.isNaN ? .null : wrappedValue.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        (value.isNull ? .nan : Double.fromDatabaseValue(value)).map(Self.init(wrappedValue:))
    }
}

/// Parameters, which the database keeps as little-endian bytes of 32-bit floats.
@propertyWrapper
package struct FloatBytes: Sendable, Hashable, Codable {
    package var wrappedValue: [Float]

    package init(wrappedValue: [Float]) { self.wrappedValue = wrappedValue }
}

extension FloatBytes: DatabaseValueConvertible {
    var databaseValue: DatabaseValue {
        var data = Data()
        data.appendLittleEndian(wrappedValue)
        return data.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        Data.fromDatabaseValue(value)?.littleEndian(arrayOf: Float.self)
            .map(Self.init(wrappedValue:))
    }
}

extension Purpose: DatabaseValueConvertible {}
extension EpisodeEnd: DatabaseValueConvertible {}
