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
/// or Infinity stands for a failed evaluation. Where all failed, other candidates are drawn, up to a
/// number of such generations in a row. Before telling, `{"inject":[[...],...]}` hands in
/// solutions for the next generation. The session ends with `{"stop":{"reasons":[...],
/// "best":[...],"bestCost":...,"mean":[...],"evaluations":...}}`, also where something is wrong.
public struct AskTellSession: Sendable {
    /// The search spoken with.
    public private(set) var search: RestartingSearch

    /// How many generations in a row may fail as a whole.
    public let maximumFailedGenerations: Int

    /// How many of the latest generations failed as a whole.
    public private(set) var failedGenerations = 0

    /// Why the session is over before the search; nil while it is not.
    public private(set) var breakOff: BreakOff?

    /// The number of generations asked for.
    public private(set) var generation = 0
    private var linesRead = 0

    /// Why a session is over before its search, as the stop's reasons name it.
    public enum BreakOff: String, Sendable, Hashable, CaseIterable {
        /// More generations in a row than allowed had not one finite cost.
        case failedGenerations = "failedgenerations"
        /// A line was not what the session reads.
        case wrongLine = "wrongline"
        /// The other side ended before it told a generation's costs.
        case endOfInput = "endofinput"
        /// The distribution cannot be learned or sampled any more.
        case degenerate = "degenerate"
    }

    private struct Incoming: Decodable {
        var tell: [Double?]?
        var inject: [[Double]]?
    }

    /// Starts a session, in which so many generations in a row may fail as a whole.
    public init(_ search: RestartingSearch, maximumFailedGenerations: Int = 10) {
        precondition(
            maximumFailedGenerations >= 0, "\(maximumFailedGenerations) failed generations")
        self.search = search
        self.maximumFailedGenerations = maximumFailedGenerations
    }

    /// Whether the next line is the final one.
    public var isOver: Bool { !search.stopReasons.isEmpty || breakOff != nil }

    /// Ends the session, unless its search is over: the next line is the stop.
    public mutating func end(_ reason: BreakOff) {
        if !isOver { breakOff = reason }
    }

    /// The next line of JSON with its newline: an ask, or the stop once the search is over.
    ///
    /// - Throws: As `EvolutionStrategy.ask()`.
    public mutating func nextLine() throws(EvolutionStrategyError) -> Data {
        let text: String
        if isOver {
            let names = search.stopReasons.map(\.rawValue) + (breakOff.map { [$0.rawValue] } ?? [])
            let reasons = names.map { "\"\($0)\"" }
            let cost = search.best.map { "\($0.cost)" } ?? "null"
            text =
                "{\"stop\":{\"reasons\":\(Self.list(reasons)),"
                + "\"best\":\(Self.list(search.best?.candidate ?? [])),\"bestCost\":\(cost),"
                + "\"mean\":\(Self.list(search.strategy.mean)),"
                + "\"evaluations\":\(search.evaluations)}}\n"
        } else {
            generation += 1
            let candidates = Self.list(candidates: try search.ask())
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
            try tell(costs.map { $0 ?? .nan })
            return true
        } catch {
            switch error {
            case .diverged, .degenerateCovariance: end(.degenerate)
            default: break
            }
            throw wrong("\(error)")
        }
    }

    private mutating func tell(_ costs: [Double]) throws(EvolutionStrategyError) {
        guard costs.count == search.strategy.populationSize,
            !costs.contains(where: \.isFinite)
        else {
            try search.tell(costs: costs)
            failedGenerations = 0
            return
        }
        try search.tellAllFailed()
        failedGenerations += 1
        if failedGenerations > maximumFailedGenerations { end(.failedGenerations) }
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

    /// A list of candidates, written number by number, since there may be many.
    private static func list(candidates: [[Double]]) -> String {
        var text = "["
        for (index, candidate) in candidates.enumerated() {
            text += index == 0 ? "[" : ",["
            for (index, number) in candidate.enumerated() {
                if index > 0 { text += "," }
                text += number.description
            }
            text += "]"
        }
        return text + "]"
    }

    /// A list; of numbers the shortest texts that read back to the same bits.
    private static func list(_ elements: [some CustomStringConvertible]) -> String {
        "[\(elements.map(\.description).joined(separator: ","))]"
    }
}
