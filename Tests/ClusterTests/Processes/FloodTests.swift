// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import Foundation
import RunReports
import RunStore
import TestSupport
import Testing
import WorldModel

/// A coordinator of few descriptors goes on with the same bits while it is flooded;
/// cluster/chaos/floods.sh is the long form of this.
@Suite(.inTurn())
struct FloodTests {
    private static let generations = 10

    /// Drives a run, and floods it once a worker has joined.
    ///
    /// - Returns: The run's directory, and the most memory that the coordinator had, in MiB.
    private func drive(
        in place: TemporaryDirectory, descriptors: Int?, flood: (String) throws -> [RawPeer]
    ) async throws -> Int {
        let directory = RunDirectory(path: place.path)
        try QuickModels.vae.write(to: Agent.Part.vae.file(in: directory.url))
        try QuickModels.mdrnn.write(to: Agent.Part.mdrnn.file(in: directory.url))
        let coordinator = try ProgramProcess(
            [
                "coordinator", "--logdir", directory.path, "--seed", "3", "--variant", "separable",
                "--pop-size", "4", "--n-samples", "1", "--max-steps", "8", "--evaluate-every", "5",
                "--evaluation-episodes", "2", "--generations", "\(Self.generations)",
            ], descriptors: descriptors)
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let worker = try ProgramProcess(["worker", "--connect", address, "--environments", "2"])
        _ = try #require(await coordinator.line { $0.contains(" joined with ") })
        // The run must not end before the flood has come.
        worker.signal(SIGSTOP)
        let peers = try flood(address)
        worker.signal(SIGCONT)
        var lines: [String] = []
        var peak = 0
        while let line = await coordinator.line() {
            lines.append(line)
            peak = max(peak, coordinator.peakMemory ?? 0)
        }
        #expect(await coordinator.exitStatus() == 0, "\(lines.suffix(5))")
        withExtendedLifetime(peers) {}
        worker.signal(SIGTERM)
        return peak
    }

    @Test
    func `with 256 descriptors, a thousand idle connections and endless messages change no bit`()
        async throws
    {
        ProcessLimits.raiseDescriptors()
        let calm = try TemporaryDirectory()
        _ = try await drive(in: calm, descriptors: nil) { _ in [] }
        let flooded = try TemporaryDirectory()
        let peak = try await drive(in: flooded, descriptors: 256) { address in
            let frame = RawPeer.frame(bytes: 1_000_000)
            let endless = try RawPeer(address, greets: true)
            var sent = 0
            while sent < 2500, endless.send(frame) { sent += 1 }
            #expect((4..<2500).contains(sent))
            return try (0..<1000).map { _ in try RawPeer(address, greets: false) }
        }
        #expect(peak > 0 && peak < 512)
        let reports = try [calm, flooded].map { try RunReport(RunDirectory(path: $0.path)) }
        #expect(
            RunComparison(reports[0], reports[1]) == .equal(generations: Self.generations))
    }
}
