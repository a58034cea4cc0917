// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
package import TerminalOutput

/// One column of a list, from which comma-separated values, JSON and the text for people are made.
package struct ReportColumn<Item>: Sendable {
    /// The name in comma-separated values; JSON writes track_tiles as trackTiles.
    package let name: String
    /// What stands under it; NaN and infinity are no value.
    let value: @Sendable (Item) -> (any Encodable)?
    private let decimals: Int
    private let isNumeric: Bool

    /// A column of numbers, or of texts.
    init(
        _ name: String, isNumeric: Bool = true, decimals: Int = 1,
        _ value: @escaping @Sendable (Item) -> (any Encodable)?
    ) {
        self.name = name
        self.isNumeric = isNumeric
        self.decimals = decimals
        self.value = { item in
            let value = value(item)
            return (value as? Double)?.isFinite == false ? nil : value
        }
    }

    /// The header of comma-separated values, with its line feed.
    package static func csvHeader(_ columns: [Self]) -> String {
        columns.map(\.name).joined(separator: ",") + "\n"
    }

    /// Lines of comma-separated values (RFC 4180, but with plain line feeds); what does not exist is
    /// empty.
    package static func csv(_ items: some Sequence<Item>, _ columns: [Self]) -> String {
        items.map { item in
            columns.map { Self.field($0.value(item).map { "\($0)" } ?? "") }
                .joined(separator: ",") + "\n"
        }.joined()
    }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// JSON, an object a line; what does not exist is left out.
    package static func json(_ items: some Sequence<Item>, _ columns: [Self]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try items.map { item in
            String(
                decoding: try encoder.encode(JSONRow(item: item, columns: columns)), as: UTF8.self)
                + "\n"
        }.joined()
    }

    /// A table for people.
    package static func table(_ items: some Sequence<Item>, _ columns: [Self]) -> TextTable {
        var table = TextTable(
            columns.map {
                .init($0.name.replacing("_", with: " "), isNumeric: $0.isNumeric)
            })
        for item in items {
            table.add(
                columns.map { column in
                    switch column.value(item) {
                    case let value as Double: Format.fixed(value, column.decimals)
                    case let value?: "\(value)"
                    case nil: "-"
                    }
                })
        }
        return table
    }

    private struct JSONRow: Encodable {
        let item: Item
        let columns: [ReportColumn<Item>]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ColumnKey.self)
            for column in columns {
                guard let value = column.value(item) else { continue }
                try container.encode(value, forKey: ColumnKey(column: column.name))
            }
        }
    }
}

/// A column's name as JSON writes it: total_steps is totalSteps.
struct ColumnKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(column: String) {
        let words = column.split(separator: "_")
        stringValue = words[0] + words.dropFirst().map(\.capitalized).joined()
    }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
