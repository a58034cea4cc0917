// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport

/// A run in a directory of its own that goes away with the value.
final class TemporaryRun: Sendable {
    let directory: RunDirectory
    private let saved = Mutex<[EvaluationRecord]>([])

    init() {
        let name = "worldmodels-test-\(UUID().uuidString)"
        directory = RunDirectory(
            path: FileManager.default.temporaryDirectory.appending(path: name).path)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory.url)
    }

    /// The controllers that were saved as best.
    var controllers: [EvaluationRecord] { saved.withLock { $0 } }

    /// What the command line would give for a small run.
    static let given: [String: String] = [
        "pop-size": "6", "n-samples": "2", "seed": "7", "sigma": "0.3", "evaluate-every": "2",
        "evaluation-episodes": "3",
    ]

    /// One with every option of the search that decides what is driven, or what it comes to.
    static let withAllOptions = given.merging([
        "pop-size": "8", "n-samples": "4", "n-samples-limit": "7", "race-tracks": "2",
        "hard-track-share": "0,0.5@2", "tail-weight": "0,0.5@2", "tail-share": "0.3",
        "stop-after-steps-behind": "5",
    ]) { $1 }

    /// What luck adds to a return, up to 40: other luck for each vector and track.
    static func luck(_ episode: Episode, _ parameters: [Float]) -> Double {
        let bits = parameters.reduce(episode.trackSeed) {
            ($0 ^ UInt64($1.bitPattern)) &* 0x9e37_79b9_7f4a_7c15
        }
        return Double(bits >> 40) * 40 / 16_777_216
    }

    /// Opens the database, begins the run where it has not begun, and drives it.
    @discardableResult
    func drive(
        generations: Int? = 5, target: Double? = nil, service: any EpisodeService = ToyService(),
        given: [String: String] = TemporaryRun.given, storesInline: Bool = false,
        goesOnInDoubt: Bool = false,
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in },
        rehearse: @escaping @Sendable (RunStore.WritePoint) throws -> Void = { _ in }
    ) async throws -> RunEnding {
        let store = try RunStore(directory, holder: "a test", rehearse: rehearse)
        let start = try RunStart(
            store, given: given, profile: nil, program: "tests", now: Date()
        ) { settings in
            ToySearch(
                populationSize: settings.populationSize, sigma: settings.sigma[generation: 1],
                seed: settings.seed)
        }
        var loop = RunLoop<ToySearch>(
            store: store, service: service, settings: start.settings,
            limits: RunLimits(
                generations: generations, targetReturn: target, goesOnInDoubt: goesOnInDoubt),
            saveController: { record in self.saved.withLock { $0.append(record) } },
            observe: observe)
        loop.storesInline = storesInline
        return try await loop.run()
    }
}
