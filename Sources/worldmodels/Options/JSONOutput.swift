// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Prints a value as one JSON object and a line feed.
func printJSON(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting = .sortedKeys
) throws {
    print(try jsonText(of: value, formatting))
}

/// A value as JSON, in which numbers that are none, such as the mean of nothing, are null.
func jsonText(
    of value: some Encodable, _ formatting: JSONEncoder.OutputFormatting = .sortedKeys
) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    // A text that nothing else can be.
    let mark = UUID().uuidString
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: mark, negativeInfinity: mark, nan: mark)
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    return text.replacing("\"\(mark)\"", with: "null")
}
