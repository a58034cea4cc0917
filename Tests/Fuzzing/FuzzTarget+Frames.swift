// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation

extension FuzzTarget {
    /// A worker's messages, and a coordinator's.
    static let frames: [FuzzTarget] = [
        FuzzTarget("worker-frame", expects: { $0 is WireError }) {
            workerMessages.map { WorkerFrame($0, run: "fuzz", session: 7).encoded() }
        } read: {
            let frame = try WorkerFrame(decoding: $0)
            // Sound is what is sound again; implausible results are made here, and not sent.
            if case .results = frame.message { return }
            let again = try WorkerFrame(decoding: frame.encoded())
            precondition(again.session == frame.session && again.run == frame.run, "\(again)")
        },
        FuzzTarget("coordinator-frame", expects: { $0 is WireError }) {
            coordinatorMessages.map { CoordinatorFrame($0, run: "fuzz", session: 7).encoded() }
        } read: {
            let frame = try CoordinatorFrame(decoding: $0)
            if case .assignments(let message) = frame.message {
                for assignment in message.assignments {
                    _ = message.parameters(of: assignment.episode)
                }
            }
        },
    ]

    /// One of each kind.
    private static var workerMessages: [WorkerMessage] {
        let outcome = EpisodeOutcome(
            episodeReturn: 3, steps: 5, tilesVisited: 0, trackTiles: 0, end: .timeLimit)
        return [
            .hello(hello(instance: 1)), .ready(capacity: 5, cores: 2),
            .results([
                LeasedResult(lease: 7, report: .outcome(outcome), seconds: 1),
                LeasedResult(lease: 8, report: .failure(EpisodeFailure("no")), seconds: 1),
            ]),
            .heartbeat(Heartbeat(progress: [1, 2], leases: [1, 2, 3], capacity: 4)),
            .modelRequest(sha256: Data(count: 32), offset: 1),
            .recordingPiece(
                RecordingPiece(lease: 7, offset: 0, total: 100, data: Data(count: 60))),
            .goodbye(reason: "bye"), .statusRequest,
            .coreLost(CoreLoss(core: 1, seconds: 60, leases: [1])), .scale(host: "a", cores: 3),
        ]
    }

    private static var coordinatorMessages: [CoordinatorMessage] {
        [
            .welcome(
                Welcome(
                    models: [ModelDescription(name: "vae", sha256: Data(count: 32), size: 3)],
                    work: .score(settings: Data("{}".utf8)), heartbeatSeconds: 1)),
            .refusal(.full, "full"),
            .modelPiece(sha256: Data(count: 32), offset: 0, data: Data([1, 2, 3])),
            .assignments(
                Assignments(
                    vectors: [ParameterBits.encode([1, 2])],
                    assignments: [
                        .init(
                            lease: 1,
                            episode: Episode(name: .recording(1), trackSeed: 1, stepCap: 9))
                    ])), .rejoin, .farewell(.paused, reason: "bye"),
            .status(ClusterStatus(counters: ServerCounters(), workers: [], run: nil)),
        ]
    }

    /// A worker's introduction.
    static func hello(instance: UInt8) -> Hello {
        Hello(
            instance: Data(repeating: instance, count: Hello.instanceBytes), host: "fuzz",
            process: 1, cores: 1, environments: 2, fingerprint: "cpu")
    }
}
