// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import RunStore

extension RunReport {
    /// The generations as comma-separated values with a header (RFC 4180, but with plain line
    /// feeds); what does not exist is empty.
    package var csv: String {
        let fields = GenerationColumn.all.compactMap(\.field)
        let rows = generations.map { row in
            fields.map { field in
                let value = field.value(row)
                return (value as? Date).map(Timestamp.text) ?? value.map { "\($0)" } ?? ""
            }
        }
        return ([fields.map(\.name)] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// The report as JSON on one line; numbers that are none are left out.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}

extension RunReport.Generation: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ColumnKey.self)
        for field in GenerationColumn.all.compactMap(\.field) {
            guard let value = field.value(self) else { continue }
            try container.encode(value, forKey: ColumnKey(column: field.name))
        }
    }
}
