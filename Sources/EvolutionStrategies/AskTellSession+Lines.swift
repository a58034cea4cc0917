// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// What a line from the other side of an ask-and-tell session was wrong about.
public struct AskTellLineError: Error, CustomStringConvertible, Equatable {
    /// The line's number, from 1.
    public let number: Int
    /// The line's beginning.
    public let line: String
    /// What is wrong with it.
    public let reason: String

    /// One line for a person, with the offending one.
    public var description: String {
        "line \(number) (\(line)) is wrong: \(reason)"
    }
}

extension AskTellSession {
    private struct Incoming: Decodable {
        var tell: [Double?]?
        var inject: [[Double]]?
    }

    /// The next line of JSON with its newline: an ask, or the stop once the search is over.
    ///
    /// - Throws: As `EvolutionStrategy.ask()`.
    public mutating func nextLine() throws(EvolutionStrategyError) -> Data {
        guard let question = try nextQuestion() else { return stopLine() }
        var text =
            "{\"ask\":{\"generation\":\(question.generation),\"candidates\":"
            + Self.list(candidates: question.candidates, passes: question.repetitions)
        if search.strategy.noiseLevel != nil {
            text += ",\"repetitions\":\(question.repetitions),\"again\":\(firstCosts != nil)"
        }
        return Data((text + "}}\n").utf8)
    }

    /// The line of JSON with its newline that says how the session ended.
    ///
    /// - Parameter evaluated: What the objective was given of a candidate.
    /// - Returns: The line's bytes.
    package func stopLine(
        evaluated: ([Double]) -> [Double] = { $0 }
    ) -> Data {
        Self.stopLine(
            search, otherReasons: breakOff.map { [$0.rawValue] } ?? [], evaluated: evaluated)
    }

    /// The line of JSON with its newline that says how a search ended.
    ///
    /// - Parameters:
    ///   - search: The search.
    ///   - otherReasons: Why it is over, beside its own reasons.
    ///   - evaluated: What the objective was given of a candidate.
    /// - Returns: The line's bytes.
    package static func stopLine(
        _ search: RestartingSearch, otherReasons: [String],
        evaluated: ([Double]) -> [Double] = { $0 }
    ) -> Data {
        let reasons = (search.stopReasons.map(\.rawValue) + otherReasons).map { "\"\($0)\"" }
        let best = search.best.map { evaluated($0.candidate) } ?? []
        let cost = search.best.map { "\($0.cost)" } ?? "null"
        let text =
            "{\"stop\":{\"reasons\":\(list(reasons)),\"best\":\(list(best)),"
            + "\"bestCost\":\(cost),\"mean\":\(list(search.strategy.mean)),"
            + "\"evaluations\":\(search.evaluations)}}\n"
        return Data(text.utf8)
    }

    /// Takes a line of JSON without its newline; true if it told the costs, so that the next may
    /// follow.
    ///
    /// - Throws: `AskTellLineError`.
    public mutating func receive(_ line: String) throws(AskTellLineError) -> Bool {
        linesRead += 1
        func wrong(_ reason: String) -> AskTellLineError {
            let shown = line.count > 60 ? line.prefix(60) + "..." : line[...]
            return AskTellLineError(number: linesRead, line: String(shown), reason: reason)
        }
        guard let message = Self.decode(line) else {
            throw wrong("it is not {\"tell\":[cost,...]} or {\"inject\":[[...],...]}")
        }
        do {
            if let solutions = message.inject {
                for solution in solutions { try search.inject(solution) }
            }
            guard let costs = message.tell else { return false }
            try answer(costs.map { $0 ?? .nan })
            return true
        } catch {
            switch error {
            case .diverged, .degenerateCovariance: end(.degenerate)
            default: break
            }
            throw wrong("\(error)")
        }
    }

    /// Decodes a message; NaN and Infinity, which some programs write into JSON, become null.
    private static func decode(_ line: String) -> Incoming? {
        var text = line
        if text.contains("N") || text.contains("I") {
            for name in ["-Infinity", "Infinity", "NaN"] {
                text = text.replacingOccurrences(of: name, with: "null")
            }
        }
        guard let message = try? JSONDecoder().decode(Incoming.self, from: Data(text.utf8)),
            message.tell != nil || message.inject != nil
        else { return nil }
        return message
    }

    /// A list of candidates, so often over, written number by number, since there may be many.
    private static func list(candidates: [[Double]], passes: Int) -> String {
        var text = "["
        for pass in 0..<passes {
            for (index, candidate) in candidates.enumerated() {
                text += index + pass == 0 ? "[" : ",["
                for (index, number) in candidate.enumerated() {
                    if index > 0 { text += "," }
                    text += number.description
                }
                text += "]"
            }
        }
        return text + "]"
    }

    /// A list; of numbers the shortest texts that read back to the same bits.
    private static func list(_ elements: [some CustomStringConvertible]) -> String {
        "[\(elements.map(\.description).joined(separator: ","))]"
    }
}
