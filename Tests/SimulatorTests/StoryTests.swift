// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Simulator
import Testing

/// The promises of the cluster, over thousands of stories in which everything goes wrong.
///
/// STORIES=100000 lives through more of them, STORY=17 through one and tells it.
@Suite(.timeLimit(.minutes(30)))
struct StoryTests {
    private static let parts = 8
    private static let count = environment("STORIES") ?? 4_000

    private static func environment(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test(arguments: 0..<(environment("STORY") == nil ? parts : 1))
    func `every story ends as an undisturbed one, each result counted once`(part: Int) async throws
    {
        var broken: [String] = []
        for index in stride(from: part, to: Self.count, by: Self.parts) {
            let seed = UInt64(Self.environment("STORY") ?? index)
            do {
                try await Story(seed).live()
            } catch {
                broken.append("story \(seed): \(error)")
            }
            let isAsked = Self.environment("STORY") != nil
            if isAsked || broken.last?.hasPrefix("story \(seed):") == true, broken.count < 2 {
                print(broken.last ?? "story \(seed)")
                for line in await Story(seed).retold().suffix(isAsked ? .max : 80) { print(line) }
            }
            if isAsked || broken.count == 5 { break }
        }
        #expect(broken.isEmpty)
    }

    @Test func `a story is the same whenever it is told`() async {
        let first = await Story(17).retold()
        let second = await Story(17).retold()
        let other = await Story(18).retold()
        #expect(first.count > 20)
        #expect(first == second)
        #expect(first != other)
    }
}
