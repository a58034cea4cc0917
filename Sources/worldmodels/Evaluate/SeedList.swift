// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

/// Seeds as they are given on the command line: first:end, end excluded, or separated by commas.
struct SeedList: ExpressibleByArgument {
    /// The seeds in the order given; at least one.
    let seeds: [UInt64]
    /// As it was given.
    let defaultValueDescription: String

    /// The most seeds that a range may have.
    static let limit = 1_000_000

    init?(argument: String) {
        defaultValueDescription = argument
        let ends = argument.split(separator: ":", omittingEmptySubsequences: false)
        if ends.count == 2 {
            guard let first = UInt64(ends[0]), let end = UInt64(ends[1]), first < end,
                end - first <= UInt64(Self.limit)
            else { return nil }
            seeds = Array(first..<end)
            return
        }
        let list = argument.split(separator: ",", omittingEmptySubsequences: false)
        seeds = list.compactMap { UInt64($0) }
        guard seeds.count == list.count else { return nil }
    }
}
