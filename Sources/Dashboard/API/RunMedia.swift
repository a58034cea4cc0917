// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore

/// The pictures and films of a run.
struct RunMedia {
    private let view: RunView
    /// A file that is larger is none of this program's.
    private static let limit = 64 << 20

    init(_ view: RunView) {
        self.view = view
    }

    private struct Pictures: Encodable {
        var pictures: [String]
    }

    private struct Films: Encodable {
        struct Film: Encodable {
            var kind: String
            /// The track's seed, as the program takes it.
            var trackSeed: String
        }
        var films: [Film]
    }

    private struct Film: Encodable {
        /// "none", "making", "waiting", "ready" or "failed".
        var state: String
        var type: String?
        var reason: String?
    }

    /// Answers a path below the run's own; nil where there is nothing.
    func answer(_ path: [String], _ query: Query) throws -> Answer? {
        switch (path[0], path.count) {
        case ("pictures", 1): return try .json(Pictures(pictures: pictures))
        // Only a name that the directory has: a path never comes from outside.
        case ("pictures", 2):
            guard pictures.contains(path[1]) else { return nil }
            return try file(pictureDirectory.appending(path: path[1]))
        case ("films", 1):
            return try .json(
                Films(
                    films: view.filming.kept.map {
                        .init(kind: $0.kind.rawValue, trackSeed: "\($0.trackSeed)")
                    }))
        case ("films", 3), ("films", 4):
            guard let kind = FilmKind(rawValue: path[1]) else { return nil }
            guard let seed = UInt64(path[2]) else {
                throw QueryError(description: "a track's seed is a whole number from 0 to 2^64 - 1")
            }
            if path.count == 3 {
                let state =
                    query["make"] == "1"
                    ? view.filming.make(kind, trackSeed: seed)
                    : view.filming.state(kind, trackSeed: seed)
                return try .json(film(state))
            }
            guard path[3] == "file",
                case .ready(let url) = view.filming.state(kind, trackSeed: seed)
            else { return nil }
            return try file(url)
        default: return nil
        }
    }

    /// Those pictures that the page shows: of each kind the last one.
    var shownPictures: [String] {
        let all = pictures
        return ["vae-reconstructions", "vae-samples"].compactMap { kind in
            all.last { $0.hasPrefix(kind) }
        }
    }

    private func film(_ state: FilmShelf.State) -> Film {
        switch state {
        case .none: Film(state: "none")
        case .making: Film(state: "making")
        case .waiting: Film(state: "waiting")
        case .ready(let url): Film(state: "ready", type: Self.type(of: url))
        case .failed(let reason): Film(state: "failed", reason: reason)
        }
    }

    private var pictureDirectory: URL { view.run.directory.url.appending(path: "pictures") }

    private var pictures: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: pictureDirectory.path)) ?? [])
            .filter { $0.hasSuffix(".png") }.sorted()
    }

    private func file(_ url: URL) throws -> Answer? {
        let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
        guard let values, values.isRegularFile == true, let size = values.fileSize,
            size <= Self.limit, let data = try? Data(contentsOf: url)
        else { return nil }
        return Answer(type: Self.type(of: url), body: data)
    }

    private static func type(of url: URL) -> String {
        switch url.pathExtension {
        case "png": "image/png"
        case "gif": "image/gif"
        case "webm": "video/webm"
        default: "application/octet-stream"
        }
    }
}
