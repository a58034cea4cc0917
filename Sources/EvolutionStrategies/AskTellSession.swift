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

/// A search spoken with in lines of JSON, so that a program in any language can be the objective.
///
/// The session writes `{"ask":{"generation":1,"candidates":[[...],...]}}` and reads
/// `{"tell":[cost,...]}`, a cost for each candidate in their order; lower is better, and null, NaN
/// or Infinity stands for a failed evaluation. Before telling, `{"inject":[[...],...]}` hands in
/// solutions for the next generation. The session ends with `{"stop":{"reasons":[...],
/// "best":[...],"bestCost":...,"mean":[...],"evaluations":...}}`.
public struct AskTellSession: Sendable {
    /// The search spoken with.
    public private(set) var search: RestartingSearch

    private var generation = 0
    private var linesRead = 0

    private struct Incoming: Decodable {
        var tell: [Double?]?
        var inject: [[Double]]?
    }

    /// Starts a session.
    public init(_ search: RestartingSearch) {
        self.search = search
    }

    /// Whether the line written last was the final one.
    public var isOver: Bool { !search.stopReasons.isEmpty }

    /// The next line of JSON with its newline: an ask, or the stop once the search is over.
    ///
    /// - Throws: As `EvolutionStrategy.ask()`.
    public mutating func nextLine() throws(EvolutionStrategyError) -> Data {
        let text: String
        if isOver {
            let reasons = search.stopReasons.map { "\"\($0)\"" }
            let cost = search.best.map { "\($0.cost)" } ?? "null"
            text =
                "{\"stop\":{\"reasons\":\(Self.list(reasons)),"
                + "\"best\":\(Self.list(search.best?.candidate ?? [])),\"bestCost\":\(cost),"
                + "\"mean\":\(Self.list(search.strategy.mean)),"
                + "\"evaluations\":\(search.evaluations)}}\n"
        } else {
            generation += 1
            let candidates = Self.list(try search.ask().map { Self.list($0) })
            text = "{\"ask\":{\"generation\":\(generation),\"candidates\":\(candidates)}}\n"
        }
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
            try search.tell(costs: costs.map { $0 ?? .nan })
            return true
        } catch {
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

    /// A list; of numbers the shortest texts that read back to the same bits.
    private static func list(_ elements: [some CustomStringConvertible]) -> String {
        "[\(elements.map(\.description).joined(separator: ","))]"
    }
}
