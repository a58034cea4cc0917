// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Fuzzing
import Testing

/// Replays what fuzzers have found; .ci/fuzz.sh looks for more.
@Suite(.timeLimit(.minutes(20)))
struct FuzzingTests {
    private static let names = FuzzTarget.all.map(\.name)

    private func target(_ name: String) throws -> FuzzTarget {
        try #require(FuzzTarget.all.first { $0.name == name })
    }

    @Test(arguments: names) func `the inputs to begin with are sound`(name: String) throws {
        let target = try target(name)
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for seed in seeds { #expect(target.run(seed) == .accepted) }
    }

    @Test(arguments: names) func `cut short or changed, they are refused by a typed error`(
        name: String
    ) throws {
        let target = try target(name)
        for seed in try target.seeds() {
            // A database's pages are many: some places will do.
            for place in stride(from: 0, to: seed.count, by: 1 + seed.count / 200) {
                var changed = seed
                changed[place] ^= UInt8(1 << (place % 8))
                for input in [Array(seed.prefix(place)), changed] {
                    if case .complaint(let text) = target.run(input) {
                        Issue.record("\(name), place \(place): \(text)")
                    }
                }
            }
        }
    }

    @Test(arguments: names) func `what was found once is borne`(name: String) throws {
        let corpus = try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
        let target = try target(name)
        let folder = corpus.appending(path: name)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let input = Array(try Data(contentsOf: file))
            if case .complaint(let text) = target.run(input) {
                Issue.record("\(name)/\(file.lastPathComponent): \(text)")
            }
        }
    }
}
