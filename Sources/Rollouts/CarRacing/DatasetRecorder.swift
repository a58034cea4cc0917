// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Episodes
package import Foundation

/// Records episodes into a directory of .npz files.
///
/// File i holds the same bytes whatever the number of threads and whatever else is recorded: its
/// track and its driver's draws follow from the seed and i.
package struct DatasetRecorder: Sendable {
    /// Episodes a thread drives at once where there is something to be computed for all together;
    /// more would take more of the cache than that gives back.
    private static let controllersAtOnce = 4

    private let settings: RecordingSettings
    private let agent: RecordingAgent?

    /// Describes a dataset; `DrivingPolicy.controller` needs an agent.
    package init(_ settings: RecordingSettings, agent: RecordingAgent? = nil) {
        precondition(
            settings.policy != .controller || agent != nil, "a controller is to drive: which?")
        self.settings = settings
        self.agent = agent
    }

    /// The name of a recording, from 0, such as "rollout_00007.npz".
    package static func fileName(_ index: Int) -> String {
        String(format: "rollout_%05ld.npz", index)
    }

    /// Records episodes; each file appears whole or not at all.
    ///
    /// The directory must exist; `onFile` is told the index and the steps of each file once it is
    /// written, from any thread.
    ///
    /// - Throws: `DrawingError` if there is no drawing context, `FileError` if a file cannot be
    ///   written, `EpisodeFailure` if the controller's action is no finite number.
    package func record(
        _ indices: [Int], to directory: URL, threads: Int = 1,
        onFile: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws {
        let episodes = indices.map { Episode(name: .recording($0), trackSeed: 0) }
        try RolloutPool.run(
            EpisodeBatch(vectors: [], episodes: episodes), threads: threads,
            environments: settings.policy == .controller ? Self.controllersAtOnce : 1,
            engine: { [settings, agent] in
                try CarRacingEngine(recording: settings, agent: agent, environments: $0)
            },
            onFinished: { finished in
                guard let file = finished.file else { return }
                let index = finished.episode.name.candidate
                try AtomicFile.write(
                    file, to: directory.appendingPathComponent(Self.fileName(index)))
                onFile(index, try finished.outcome.get().steps)
            })
    }
}
