// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation

/// Where films of an evaluation's worst tracks go: a directory that has none yet.
struct WorstFilms {
    private let directory: URL

    /// Makes the directory where there is none.
    ///
    /// Before anything is driven: hours of an evaluation are not to end at a name that is taken.
    ///
    /// - Throws: `ValidationError` for one that has films of this kind already, `CocoaError`.
    init(directory path: String) throws {
        directory = URL(filePath: path)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let found = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        if let film = found.sorted().first(where: { $0.hasPrefix("worst-") }) {
            throw ValidationError(
                "--worst-films \(path): \(film) is there already; name another directory")
        }
    }

    /// The film of each of the worst tracks, the worst first, and the track's seed.
    func files(of report: EvaluationReport) -> [(file: URL, seed: UInt64)] {
        (report.worst ?? []).enumerated().compactMap { index, episode in
            UInt64(episode.trackSeed).map { seed in
                (directory.appending(path: "worst-\(index + 1)-\(seed).webm"), seed)
            }
        }
    }
}
