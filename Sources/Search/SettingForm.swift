// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// How the values of a setting are written, and which there are.
///
/// Each value has one written form, so that 0.10 and 0.1 are the same text in a run's database.
struct SettingForm<Value: Sendable & Hashable>: Sendable {
    /// What values there are, for people.
    let expected: String
    /// The value of a text; nil where it is none.
    let read: @Sendable (String) -> Value?
    /// The one written form of a value; nil where there is no value.
    let write: @Sendable (Value) -> String?
    /// Whether what a value says of generations to come may change during a run, but not what it
    /// says of the past.
    var isScheduled = false
    /// Whether two values say the same up to a generation.
    var agree: @Sendable (_ one: Value, _ other: Value, _ generation: Int) -> Bool = {
        one, other, _ in one == other
    }
}

extension SettingForm<Int> {
    /// A whole number; `zero` says what 0 means where that is special.
    static func whole(_ range: ClosedRange<Int>, zero: String? = nil) -> Self {
        Self(
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
                + (zero.map { " (0: \($0))" } ?? ""),
            read: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, write: \.description)
    }
}

extension SettingForm<Double> {
    /// A part of something, but not none of it.
    static let share = Self(
        expected: "a number above 0 and at most 1",
        read: { Double($0).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil } }, write: \.description)
}

extension SettingForm<UInt64> {
    /// The root of random streams.
    static let seed = Self(
        expected: "a whole number from 0 to \(UInt64.max)", read: { UInt64($0) },
        write: \.description)
}

extension SettingForm where Value: CaseIterable & RawRepresentable<String> {
    /// One of a few names.
    static var choice: Self {
        Self(
            expected: Value.allCases.map(\.rawValue).joined(separator: " or "),
            read: { Value(rawValue: $0) }, write: { $0.rawValue })
    }
}

extension SettingForm {
    /// A value, or several from given generations on.
    static func schedule<Element>(
        _ expected: String, where isValid: @escaping @Sendable (Element) -> Bool
    ) -> Self where Value == Schedule<Element> {
        Self(
            expected: expected, read: { Schedule($0, where: isValid) }, write: \.description,
            isScheduled: true, agree: { $0.agrees(with: $1, through: $2) })
    }
}

extension SettingForm<String> {
    /// Any text but an empty one.
    static func text(_ expected: String) -> Self {
        Self(expected: expected, read: { $0.isEmpty ? nil : $0 }, write: { $0 })
    }

    /// SHA-256 of something, or a word where there is nothing.
    static func digest(or word: String) -> Self {
        Self(
            expected: "\(word) or \(digestText)", read: { $0 == word || isDigest($0) ? $0 : nil },
            write: { $0 })
    }
}

extension SettingForm<String?> {
    /// SHA-256 of something that may not be known yet.
    static let digest = Self(
        expected: digestText, read: { isDigest($0) ? .some($0) : nil }, write: { $0 })
}

private let digestText = "64 hexadecimal digits"

private func isDigest(_ text: String) -> Bool {
    text.count == 64 && text.allSatisfy(\.isHexDigit)
}
