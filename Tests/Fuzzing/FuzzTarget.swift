// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A reader of bytes from outside, to be given whatever a fuzzer thinks of.
///
/// It must not trap, hang or fill the memory; what is wrong with the bytes is a typed error.
package struct FuzzTarget: Sendable {
    /// What became of an input.
    package enum Verdict: Equatable {
        /// It is what the reader reads.
        case accepted
        /// It was refused as it should be: by an error of the reader's own.
        case refused
        /// It was refused by an error that says nothing to a person.
        case complaint(String)
    }

    /// What it is called on the command line, and its corpus.
    package let name: String
    /// Sound inputs, to begin with.
    package let seeds: @Sendable () throws -> [[UInt8]]
    private let read: @Sendable ([UInt8]) throws -> Void
    private let isExpected: @Sendable (any Error) -> Bool

    /// A target.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - expects: Whether an error is one of those that the reader may throw.
    ///   - seeds: Sound inputs.
    ///   - read: Reads an input.
    init(
        _ name: String, expects: @escaping @Sendable (any Error) -> Bool,
        seeds: @escaping @Sendable () throws -> [[UInt8]],
        read: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.read = read
        isExpected = expects
    }

    /// Gives it an input.
    package func run(_ bytes: [UInt8]) -> Verdict {
        do {
            try read(bytes)
            return .accepted
        } catch {
            return isExpected(error) ? .refused : .complaint("\(type(of: error)): \(error)")
        }
    }

    /// All of them.
    package static let all =
        arrayFiles + texts + objectives + searchStates + frames + [
            .coordinatorSession, .server, .workerSession, .database,
        ]
}
