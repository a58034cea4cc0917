// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import TestSupport

extension FuzzTarget {
    /// A run's database, page by page as somebody else may have left it.
    static let database = FuzzTarget("database", expects: { $0 is RunStoreError }) {
        [try run()]
    } read: { bytes in
        let folder = try TemporaryDirectory()
        let directory = RunDirectory(path: folder.path)
        try Data(bytes).write(to: directory.database)
        let reader = try RunReader(directory)
        _ = try reader.identity()
        _ = try reader.settings()
        _ = try reader.holdsResults()
        _ = try reader.latestState()
        _ = try reader.generations()
        _ = try reader.meanReturns(generation: 1)
        _ = try reader.rollouts(generation: 1, purpose: .training)
        _ = try reader.rolloutCount(purpose: .training)
        _ = try reader.evaluations()
        _ = try reader.events()
        _ = try reader.workers()
        _ = try reader.losses()
        try reader.verify()
    }

    /// A small one.
    private static func run() throws -> [UInt8] {
        let folder = try TemporaryDirectory()
        let directory = RunDirectory(path: folder.path)
        do {
            let now = Date(timeIntervalSince1970: 1_800_000_000)
            let store = try RunStore(directory, holder: "fuzz")
            try store.begin(
                identifier: "r", program: "worldmodels 0.0.1", settings: [("seed", "1")],
                state: Data(count: 100), created: now)
            try store.append(
                [
                    EpisodeResult(
                        episode: Episode(
                            name: EpisodeName(
                                purpose: .training, generation: 1, candidate: 0, repetition: 0),
                            trackSeed: 3),
                        outcome: EpisodeOutcome(
                            episodeReturn: 10, steps: 100, tilesVisited: 7, trackTiles: 300,
                            end: .timeLimit),
                        driver: EpisodeDriver(name: "host/1", fingerprint: "cpu"), seconds: 0.25)
                ], arrived: now)
            try store.record(EventRecord(time: now, kind: "k", message: "m"))
        }
        let copy = folder.file("copy.sqlite")
        try RunReader(directory).copyDatabase(to: copy)
        return Array(try Data(contentsOf: copy))
    }
}
