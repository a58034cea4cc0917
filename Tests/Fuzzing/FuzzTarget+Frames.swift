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
            let bytes = try WorkerFrame(decoding: $0).encoded()
            // Sound is what is sound again.
            let again = try sound { try WorkerFrame(decoding: bytes) }
            precondition(again.encoded() == bytes, "\(again)")
        },
        FuzzTarget("coordinator-frame", expects: { $0 is WireError }) {
            coordinatorMessages.map { CoordinatorFrame($0, run: "fuzz", session: 7).encoded() }
        } read: {
            let frame = try CoordinatorFrame(decoding: $0)
            // What is too long for people is cut short when it is sent, and no more than once.
            let first = try sound { try CoordinatorFrame(decoding: frame.encoded()) }
            let second = try sound { try CoordinatorFrame(decoding: first.encoded()) }
            precondition(first == second, "\(second)")
            if case .assignments(let message) = frame.message {
                for assignment in message.assignments {
                    _ = message.parameters(of: assignment.episode)
                }
            }
        },
    ]

    /// What was decoded must be decoded again once it is encoded.
    static func sound<Value>(_ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch {
            throw Unsound(reason: error)
        }
    }

    /// What this program says, and does not take.
    private struct Unsound: Error {
        var reason: any Error
    }

    /// One of each kind.
    private static var workerMessages: [WorkerMessage] {
        let outcome = EpisodeOutcome(
            episodeReturn: 3, steps: 5, tilesVisited: 0, trackTiles: 0, end: .timeLimit)
        return [
            .hello(hello(instance: 1)), .ready(capacity: 5, cores: 2),
            .results([
                LeasedResult(lease: 7, report: .outcome(outcome), seconds: 1),
                LeasedResult(lease: 8, report: .failure(EpisodeFailure("no")), seconds: 1, core: 3),
            ]),
            .heartbeat(Heartbeat(progress: [1, 2], leases: [1, 2, 3], capacity: 4)),
            .heartbeat(
                Heartbeat(
                    progress: [1, 0, 9], sentPieces: 5, leases: [], capacity: 0, cores: 3,
                    wantedCores: 2)),
            .modelRequest(sha256: Data(count: 32), offset: 1),
            .recordingPiece(
                RecordingPiece(lease: 7, offset: 0, total: 100, data: Data(count: 60))),
            .goodbye(reason: "bye"), .statusRequest,
            .coreLost(CoreLoss(core: 1, seconds: 60, leases: [1])), .scale(host: "a", cores: 3),
            .scale(host: nil, cores: WireLimits.cores),
        ]
    }

    private static var coordinatorMessages: [CoordinatorMessage] {
        [
            .welcome(
                Welcome(
                    models: [ModelDescription(name: "vae", sha256: Data(count: 32), size: 3)],
                    work: .score(settings: Data("{}".utf8)), heartbeatSeconds: 1)),
            .welcome(
                Welcome(
                    models: [], work: .dream(settings: Data("{}".utf8)), heartbeatSeconds: 1)),
            .assignments(
                Assignments(
                    vectors: [ParameterBits.encode([1, 2])],
                    assignments: [
                        .init(
                            lease: 1,
                            episode: Episode(
                                name: .recording(1), trackSeed: 1, dreamTemperature: 0.5))
                    ])),
            .refusal(.full, "full"), .wait("training V"), .useCores(2),
            .scaled(.told(workers: 3, limited: 1)), .scaled(.refused("no such host")),
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
            .status(
                ClusterStatus(
                    counters: ServerCounters(),
                    workers: [
                        WorkerSnapshot(
                            host: "a", process: 1, cores: 3, wantedCores: 2, coreSteps: [5, 7, 1],
                            environments: 4, software: "1", fingerprint: "cpu", state: .hung,
                            outstanding: 2, completed: 1, rolloutsPerSecond: 0.5,
                            secondsSinceHeard: 1, errors: 0)
                    ], run: RunProgress(.trainingM, generation: 2, done: 1, total: 9, best: 1.5))),
        ]
    }

    /// A worker's introduction: it has a core more than its number, on one of two hosts.
    static func hello(instance: UInt8) -> Hello {
        Hello(
            instance: Data(repeating: instance, count: Hello.instanceBytes),
            host: instance.isMultiple(of: 2) ? "fuzz" : "fuzz1", process: 1,
            cores: 1 + Int(instance), environments: 2, fingerprint: "cpu")
    }
}
