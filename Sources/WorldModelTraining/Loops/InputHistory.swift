// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What epochs were trained with where later ones have another of it, as one text.
///
/// "A,B@5" is A before epoch 5 and B from it on. The values have neither commas nor at signs.
struct InputHistory: RawRepresentable, Codable, Hashable {
    private(set) var rawValue: String

    init(rawValue: String) { self.rawValue = rawValue }

    /// The value of the last epoch.
    var latest: Substring {
        let last = rawValue.split(separator: ",").last ?? ""
        return last.split(separator: "@").first ?? ""
    }

    /// Whether there was more than one value.
    var hasChanged: Bool { rawValue.contains(",") }

    /// Notes another value.
    mutating func append(_ value: String, from epoch: Int) { rawValue += ",\(value)@\(epoch)" }
}
