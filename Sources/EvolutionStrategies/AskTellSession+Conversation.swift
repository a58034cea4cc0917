// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// Why an ask-and-tell session ended before its search did.
public enum AskTellFailure: Error, CustomStringConvertible, Equatable {
    /// A line from the other side is not what the session reads.
    case wrongLine(AskTellLineError)
    /// The other side ended before it told a generation's costs.
    case inputEnded(generation: Int)
    /// This many generations in a row had not one finite cost.
    case allFailed(generations: Int)
    /// The search is over, and had not one finite cost in all its evaluations.
    case nothingFound(evaluations: Int)
    /// The search itself cannot go on.
    case search(EvolutionStrategyError)

    /// One line for a person.
    public var description: String {
        switch self {
        case .wrongLine(let error): "\(error)"
        case .inputEnded(let generation):
            "the input ended before generation \(generation) was told: the objective has to tell "
                + "each generation"
        case .allFailed(let generations):
            "not one of the costs of \(generations) generations in a row is a finite number: check "
                + "the objective"
        case .nothingFound(let evaluations):
            "the search is over without a best: not one of the costs of its \(evaluations) evaluations "
                + "is a finite number; check the objective"
        case .search(let error): "\(error)"
        }
    }
}

extension AskTellSession {
    /// What is wrong with a search that is over and has no best; nil where there is one.
    package var nothingFound: AskTellFailure? {
        search.best == nil ? .nothingFound(evaluations: search.evaluations) : nil
    }

    /// Speaks with the other side until the session is over.
    ///
    /// `read` gives its next line without the newline, nil at the end; `write` sends it a line;
    /// `report` is told, for a person, of generations that failed. Whatever ends the session, the
    /// stop, with the best so far, has been written before. `told` sees the session after each
    /// generation that was told, to save it or to show its progress.
    ///
    /// - Throws: `AskTellFailure` where the session ends before its search does or nothing was found;
    ///   what `read`, `write` and `told` throw.
    public mutating func converse(
        read: () throws -> String?, write: (Data) throws -> Void, report: (String) -> Void,
        told: (borrowing AskTellSession) throws -> Void = { _ in }
    ) throws {
        var failure: AskTellFailure?
        while true {
            let line: Data
            do {
                line = try nextLine()
            } catch {
                failure = .search(error)
                end(.degenerate)
                continue
            }
            try write(line)
            if isOver { break }
            do {
                try hear(read, report)
            } catch let error as AskTellFailure {
                failure = error
            }
            if failure == nil, !isWaiting { try told(self) }
        }
        if let failure = failure ?? nothingFound { throw failure }
    }

    /// Reads until the costs are told, or the session is over for a reason that is thrown.
    private mutating func hear(_ read: () throws -> String?, _ report: (String) -> Void) throws {
        let failedBefore = failedGenerations
        var isTold = false
        while !isTold {
            guard let line = try read() else {
                end(.endOfInput)
                throw AskTellFailure.inputEnded(generation: generation)
            }
            do {
                isTold = try receive(line)
            } catch {
                end(.wrongLine)
                throw AskTellFailure.wrongLine(error)
            }
        }
        guard failedGenerations > failedBefore else { return }
        if breakOff == .failedGenerations {
            throw AskTellFailure.allFailed(generations: failedGenerations)
        }
        report(
            "generation \(generation): not one cost is a finite number; other candidates are drawn "
                + "(\(failedGenerations) in a row, at most \(maximumFailedGenerations))")
    }
}
