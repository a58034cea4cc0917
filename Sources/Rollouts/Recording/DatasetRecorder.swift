// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import ArrayFiles
public import WorldModel

/// Records episodes into a directory of .npz files.
///
/// File i holds the same bytes whatever the number of threads and whatever else is recorded: its
/// track and its driver's draws follow from the seed and i.
public struct DatasetRecorder: Sendable {
    /// Who drives.
    public var policy: DrivingPolicy
    /// The steps after which an episode ends.
    public var steps: Int
    /// The seed of the dataset.
    public var seed: UInt64
    /// V, M and C for `DrivingPolicy.controller`.
    public var agent: (models: FrozenModels, controller: ControllerParameters)?

    /// Describes a dataset.
    ///
    /// - Parameters:
    ///   - policy: Who drives.
    ///   - steps: The steps after which an episode ends.
    ///   - seed: The seed of the dataset.
    ///   - agent: V, M and C; needed for `DrivingPolicy.controller`.
    public init(
        policy: DrivingPolicy, steps: Int = 1000, seed: UInt64 = 0,
        agent: (models: FrozenModels, controller: ControllerParameters)? = nil
    ) {
        precondition(steps > 0, "episodes of \(steps) steps")
        precondition(policy != .controller || agent != nil, "a controller is to drive: which?")
        self.policy = policy
        self.steps = steps
        self.seed = seed
        self.agent = agent
    }

    /// The name of a recording.
    ///
    /// - Parameter index: Which, from 0.
    /// - Returns: Such as "rollout_00007.npz".
    public static func fileName(_ index: Int) -> String {
        let digits = String(index)
        return "rollout_" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            + ".npz"
    }

    /// Records episodes; each file appears whole or not at all.
    ///
    /// - Parameters:
    ///   - indices: Which files.
    ///   - directory: Where; it must exist.
    ///   - threads: How many threads.
    ///   - onFile: Told the index and the steps of each file once it is written, from any thread.
    /// - Throws: `DrawingError` if there is no drawing context, `FileError` if a file cannot be
    ///   written, `EpisodeRecorder.Failure` if the controller's action is no finite number.
    public func record(
        _ indices: [Int], to directory: URL, threads: Int = 1,
        onFile: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws {
        guard !indices.isEmpty else { return }
        try Threads.run(min(threads, indices.count), pieces: indices.count) { progress in
            let recorder = try EpisodeRecorder(self, environments: 1)
            while let piece = progress.take() {
                let index = indices[piece]
                try recorder.submit(index, id: 0)
                var ended = recorder.takeEnded()
                while ended.isEmpty {
                    try recorder.step()
                    ended = recorder.takeEnded()
                }
                let recording = try ended[0].get()
                try AtomicFile.write(
                    recording.file, to: directory.appendingPathComponent(Self.fileName(index)))
                onFile(index, recording.steps)
            }
        }
    }

    /// One who drives, for one episode after another.
    func makeDriver() -> any Driver {
        switch policy {
        case .brownian: return BrownianDriver()
        case .white: return WhiteDriver()
        case .driver: return RoadDriver()
        case .controller:
            guard let agent else { preconditionFailure("a controller is to drive: which?") }
            return ControllerDriver(models: agent.models, controller: agent.controller)
        }
    }
}
