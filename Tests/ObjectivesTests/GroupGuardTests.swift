// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Objectives

/// Who kills what is left of the objectives' process groups.
@Suite(.inTurn())
struct GroupGuardTests {
    /// A program that neither reads nor writes once it has answered; its group outlives its input.
    private static func start() throws -> ObjectiveProcess {
        let process = ObjectiveProcess(
            command: "read -r line; echo '{\"cost\": 1}'; exec sleep 600")
        let task = ObjectiveTask(generation: 1, candidate: 0, seed: 0, parameters: [])
        _ = try process.evaluate(task).get()
        return process
    }

    @Test func `it kills the groups that it was told of, and none that are gone`() async throws {
        let (one, other) = (try Self.start(), try Self.start())
        var watcher: GroupGuard? = GroupGuard()
        let (first, second) = (try #require(one.process), try #require(other.process))
        watcher?.watch(first)
        watcher?.watch(second)
        watcher?.release(first)
        let watching = try #require(watcher?.process)
        // It is where it holds no disk, and has its traps before it goes there.
        let place = "/proc/\(watching)/cwd"
        while try FileManager.default.destinationOfSymbolicLink(atPath: place) != "/" {
            try Task.checkCancellation()
            await Task.yield()
        }
        // What ends others does not end it.
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] { kill(-watching, signal) }
        watcher = nil
        // Only when it is through.
        #expect(kill(watching, 0) < 0 && errno == ESRCH)
        try await ProcessEnds.end(of: second)
        #expect(!ProcessEnds.hasEnded(first))
        withExtendedLifetime((one, other)) {}
    }

    @Test func `another that takes its place is told of the groups that it had`() async throws {
        let (one, other) = (try Self.start(), try Self.start())
        var watcher: GroupGuard? = GroupGuard()
        let (first, second) = (try #require(one.process), try #require(other.process))
        watcher?.watch(first)
        let former = try #require(watcher?.process)
        kill(former, SIGKILL)
        try await ProcessEnds.end(of: former)
        watcher?.watch(second)
        #expect(watcher?.process != former)
        // Its end was taken note of.
        #expect(kill(former, 0) < 0 && errno == ESRCH)
        watcher = nil
        for process in [first, second] { try await ProcessEnds.end(of: process) }
        withExtendedLifetime((one, other)) {}
    }

    @Test func `a group is watched for as long as its program runs`() throws {
        let process = try Self.start()
        let number = try #require(process.process)
        #expect(GroupGuard.shared.groups.contains(number))
        process.end()
        #expect(!GroupGuard.shared.groups.contains(number))
    }
}
