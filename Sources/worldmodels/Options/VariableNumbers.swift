// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation

/// A number for each variable: one for all of them, a list, or a file of them.
struct VariableNumbers: ExpressibleByArgument, Hashable, ExpressibleByStringLiteral {
    /// As it was given.
    let text: String

    init(argument: String) { text = argument }
    init(stringLiteral: String) { text = stringLiteral }

    var defaultValueDescription: String { text }

    /// The numbers.
    ///
    /// - Parameters:
    ///   - count: How many variables there are.
    ///   - option: Where it was given, for errors.
    /// - Returns: As many as there are variables.
    /// - Throws: `ValidationError` where there are not as many, or other things among them.
    func values(_ count: Int, option: String) throws -> [Double] {
        if let value = Double(text) { return [Double](repeating: value, count: count) }
        if let list = Self.numbers(in: text), text.contains(",") {
            guard list.count == count else {
                throw ValidationError(
                    "\(option) has \(list.count) numbers for \(count) variables")
            }
            return list
        }
        guard let content = try? String(contentsOfFile: text, encoding: .utf8) else {
            throw ValidationError(
                "\(option) \(text) is neither a number or a list of them nor a file that can be read"
            )
        }
        let lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if let wrong = lines.firstIndex(where: { Self.numbers(in: $0) == nil }) {
            throw ValidationError(
                "\(option) \(text): line \(wrong + 1) holds something else than numbers")
        }
        let numbers = Self.numbers(in: content) ?? []
        guard numbers.count == count else {
            throw ValidationError(
                "\(option) \(text) does not hold \(count) numbers but \(numbers.count)")
        }
        return numbers
    }

    /// The numbers of a text, separated by commas, spaces or brackets; nil where other things are
    /// among them.
    static func numbers(in text: some StringProtocol) -> [Double]? {
        let words = Self.words(of: text)
        let numbers = words.compactMap(Double.init)
        return numbers.count == words.count ? numbers : nil
    }

    private static func words(of text: some StringProtocol) -> [String] {
        let separators = CharacterSet(charactersIn: ",[]").union(.whitespacesAndNewlines)
        return text.components(separatedBy: separators).filter { !$0.isEmpty }
    }
}

/// Variables by their numbers, from 0: "0,3-5", or all of them.
struct VariableIndices: ExpressibleByArgument, Hashable {
    private enum Choice: Hashable {
        case all
        case some([ClosedRange<Int>])
    }

    private let choice: Choice

    init?(argument: String) {
        if argument == "all" {
            choice = .all
            return
        }
        var ranges: [ClosedRange<Int>] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = ends.first.flatMap({ Int($0) }),
                let last = ends.last.flatMap({ Int($0) }),
                ends.count <= 2, first >= 0, first <= last
            else { return nil }
            ranges.append(first...last)
        }
        choice = .some(ranges)
    }

    /// The numbers, each once and in order.
    ///
    /// - Throws: `ValidationError` for one that there is not.
    func values(_ count: Int, option: String) throws -> [Int] {
        switch choice {
        case .all: return Array(0..<count)
        case .some(let ranges):
            if let last = ranges.map(\.upperBound).max(), last >= count {
                throw ValidationError(
                    "\(option): there is no variable \(last), they are counted from 0 to \(count - 1)"
                )
            }
            return Set(ranges.flatMap { $0 }).sorted()
        }
    }
}
