// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation

/// What a person's program says of one evaluation.
package struct ObjectiveAnswer: Sendable, Hashable {
    /// Which way is up.
    package enum Sense: String, Sendable, Hashable, Codable, CaseIterable {
        /// A cost: lower is better.
        case cost
        /// A return: higher is better.
        case `return`
    }

    /// As what the value was given.
    package var sense: Sense
    /// The value; nil where the program has none (null, NaN, Infinity): the candidate ranks worst.
    package var value: Double?
    /// Other numbers that it told, by name; finite.
    package var info: [String: Double]

    /// Names of `info`, at most.
    package static let mostInfo = 64
    /// UTF-8 bytes of a name of `info`, at most.
    package static let longestName = 64

    /// Collects the parts.
    package init(_ sense: Sense, _ value: Double?, info: [String: Double] = [:]) {
        self.sense = sense
        self.value = value
        self.info = info
    }

    /// Reads a line without its newline.
    ///
    /// - Parameters:
    ///   - line: The bytes.
    ///   - number: The task that it has to answer.
    /// - Throws: `ObjectiveFailure.Cause.badLine` with the line's beginning and what is wrong.
    package init(line: [UInt8], number: UInt64) throws(ObjectiveFailure.Cause) {
        func wrong(_ reason: String) -> ObjectiveFailure.Cause { Self.badLine(line, reason) }
        let wire = Self.decode(line)
        guard let wire else {
            throw wrong("it is not {\"cost\":x} or {\"return\":x}, with \"info\":{...} of numbers")
        }
        if let task = wire.task, task != number {
            throw wrong("it answers the task \(task), asked was \(number)")
        }
        guard wire.hasCost != wire.hasReturn else {
            throw wrong(
                wire.hasCost ? "it has a cost and a return" : "it has neither a cost nor a return")
        }
        guard wire.info.count <= Self.mostInfo else {
            throw wrong("its info has \(wire.info.count) numbers, more than \(Self.mostInfo)")
        }
        var info: [String: Double] = [:]
        for (name, value) in wire.info {
            let shown = name.printable
            guard !shown.isEmpty, shown.utf8.count <= Self.longestName else {
                throw wrong("a name in its info has more than \(Self.longestName) bytes or none")
            }
            if let value, value.isFinite { info[shown] = value }
        }
        self.init(
            wire.hasCost ? .cost : .return,
            (wire.hasCost ? wire.cost : wire.return).flatMap { $0.isFinite ? $0 : nil }, info: info)
    }

    /// What is wrong with a line, with its beginning as it can be shown.
    static func badLine(_ line: [UInt8], _ reason: String) -> ObjectiveFailure.Cause {
        let start = String(decoding: line.prefix(100), as: UTF8.self).printable
        return .badLine(start + (line.count > 100 ? "..." : ""), reason)
    }

    private struct Wire: Decodable {
        var task: UInt64?
        var cost: Double?
        var `return`: Double?
        var hasCost: Bool
        var hasReturn: Bool
        var info: [String: Double?]

        private enum CodingKeys: String, CodingKey {
            case task, cost, `return`, info
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            task = try values.decodeIfPresent(UInt64.self, forKey: .task)
            hasCost = values.contains(.cost)
            hasReturn = values.contains(.return)
            cost = try values.decodeIfPresent(Double.self, forKey: .cost)
            self.return = try values.decodeIfPresent(Double.self, forKey: .return)
            info = try values.decodeIfPresent([String: Double?].self, forKey: .info) ?? [:]
        }
    }

    /// Decodes a line; NaN and Infinity, which some programs write into JSON, become null.
    private static func decode(_ line: [UInt8]) -> Wire? {
        if let wire = try? JSONDecoder().decode(Wire.self, from: Data(line)) { return wire }
        guard let line = withoutNonNumbers(line) else { return nil }
        return try? JSONDecoder().decode(Wire.self, from: Data(line))
    }

    private static let nonNumbers = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }

    /// A line with null in place of what is no number, names and texts as they are; nil: there is none.
    private static func withoutNonNumbers(_ line: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var (isText, isEscaped, isChanged) = (false, false, false)
        var rest = line[...]
        while let byte = rest.first {
            if !isText, let name = nonNumbers.first(where: rest.starts) {
                result += Array("null".utf8)
                rest.removeFirst(name.count)
                isChanged = true
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
            isEscaped = isText && byte == UInt8(ascii: "\\") && !isEscaped
            result.append(byte)
            rest.removeFirst()
        }
        return isChanged ? result : nil
    }
}
