// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Foundation

/// A recipe for a run: values of its settings, from a file.
///
/// A JSON object whose keys are names of settings and whose values are numbers or
/// text, for example `{"pop-size": 64, "n-samples": "4,8@50", "sigma": 0.1}`. "description" is for
/// people; "generations" and "target-return" are when to end.
package struct Profile: Sendable, Hashable {
    /// The file's name without its extension.
    package var name: String
    package var description = ""
    /// Its settings' written forms, by name.
    package var settings: [String: String] = [:]
    package var limits = RunLimits()

    /// Reads a profile; errors name the file and the key.
    package init(_ data: Data, path: String) throws {
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        guard let object = try? JSONDecoder().decode([String: Value].self, from: data) else {
            throw ProfileError.malformed(path: path)
        }
        for (key, value) in object {
            switch key {
            case "description":
                description = value.text
            case "generations":
                guard let number = Int(value.text), number > 0 else {
                    throw ProfileError.badValue(
                        path: path, key: key, value: value.text, expected: "a whole number from 1")
                }
                limits.generations = number
            case "target-return":
                guard let number = Double(value.text), number.isFinite else {
                    throw ProfileError.badValue(
                        path: path, key: key, value: value.text, expected: "a number")
                }
                limits.targetReturn = number
            default:
                let row = RunSettings.table.first { $0.name == key && $0.source == .value }
                guard let row else {
                    throw ProfileError.unknownKey(path: path, key: key.printable)
                }
                guard let canonical = row.canonical(value.text) else {
                    throw ProfileError.badValue(
                        path: path, key: key, value: value.text, expected: row.expected)
                }
                settings[key] = canonical
            }
        }
    }

    /// A number or text, kept as text.
    private struct Value: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                text = "\(number)"
            } else if let number = try? container.decode(Double.self) {
                text = "\(number)"
            } else {
                text = try container.decode(String.self).printable
            }
        }
    }
}

/// Why a file is no profile.
package enum ProfileError: Error, Equatable, CustomStringConvertible {
    case missing(name: String, searched: [String])
    case malformed(path: String)
    case unknownKey(path: String, key: String)
    case badValue(path: String, key: String, value: String, expected: String)

    package var description: String {
        switch self {
        case .missing(let name, let searched):
            "no profile '\(name)': looked for \(searched.joined(separator: ", "))"
        case .malformed(let path):
            "\(path): expected one JSON object of names with numbers or texts"
        case .unknownKey(let path, let key):
            "\(path): '\(key)' is no setting of a run"
        case .badValue(let path, let key, let value, let expected):
            "\(path): \(key) is '\(value)', expected \(expected)"
        }
    }
}
