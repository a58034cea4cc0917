// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Prints a value as one JSON object and a line feed.
func printJSON(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting = .sortedKeys
) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
