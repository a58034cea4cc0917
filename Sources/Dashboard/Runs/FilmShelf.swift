// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Synchronization

/// The films of a run, which are kept in its directory; one is made at a time, when it is asked for.
final class FilmShelf: Sendable {
    enum State: Sendable, Hashable {
        /// Nobody has asked for it.
        case none
        case making
        /// Somebody else's film is being made.
        case waiting
        case ready(URL)
        case failed(String)
    }

    private struct Shelf {
        var making: String?
        var failures: [String: String] = [:]
    }

    private let run: ServedRun
    private let shelf = Mutex(Shelf())
    /// Films that are made at a time, of all runs.
    private static let queue = DispatchQueue(label: "films", qos: .utility)
    /// More are not kept: each is megabytes.
    private static let limit = 200

    init(_ run: ServedRun) {
        self.run = run
    }

    /// Whether films can be made.
    var canFilm: Bool { run.films != nil }

    /// How it stands with a film.
    func state(_ kind: FilmKind, trackSeed: UInt64) -> State {
        let name = self.name(kind, trackSeed)
        let file = directory.appending(path: name)
        if FileManager.default.fileExists(atPath: file.path) { return .ready(file) }
        return shelf.withLock { shelf in
            if let failure = shelf.failures[name] { return .failed(failure) }
            guard let making = shelf.making else { return .none }
            return making == name ? .making : .waiting
        }
    }

    /// Begins to make a film, unless it is there or another one is being made.
    func make(_ kind: FilmKind, trackSeed: UInt64) -> State {
        guard let films = run.films else { return .failed("no films can be made here") }
        let name = self.name(kind, trackSeed)
        let now = state(kind, trackSeed: trackSeed)
        if case .ready = now { return now }
        guard names.count < Self.limit else {
            return .failed("\(directory.path) holds \(Self.limit) films: remove some")
        }
        let file = directory.appending(path: name).path
        let begins = shelf.withLock { shelf in
            // It may have been finished since it was looked for.
            guard shelf.making == nil, !FileManager.default.fileExists(atPath: file) else {
                return false
            }
            shelf.making = name
            shelf.failures[name] = nil
            return true
        }
        guard begins else { return state(kind, trackSeed: trackSeed) }
        let (directory, run) = (self.directory, self.run)
        Self.queue.async { [self] in
            var failure: String?
            do {
                try FileManager.default.createDirectory(
                    at: directory, withIntermediateDirectories: true)
                try films.film(
                    run.directory, trackSeed: trackSeed, kind: kind,
                    to: directory.appending(path: name))
            } catch {
                failure = "\(error)"
            }
            shelf.withLock { shelf in
                shelf.making = nil
                // So many that a page could fill the memory with.
                if shelf.failures.count > 100 { shelf.failures = [:] }
                shelf.failures[name] = failure
            }
        }
        return .making
    }

    /// The films that are there of the best controller as it is now, by kind and track.
    var kept: [(kind: FilmKind, trackSeed: UInt64)] {
        names.compactMap { name in
            let parts = name.split(separator: "-")
            guard parts.count == 3, let kind = FilmKind(rawValue: String(parts[0])),
                let seed = UInt64(parts[1]), name == self.name(kind, seed)
            else { return nil }
            return (kind, seed)
        }
    }

    /// The films that are there, by name.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [])
            .filter { $0.hasPrefix("drive-") || $0.hasPrefix("dream-") }.sorted()
    }

    private var directory: URL { run.directory.url.appending(path: "films") }

    private func name(_ kind: FilmKind, _ trackSeed: UInt64) -> String {
        // The best controller changes while a run goes on, and with it what a film shows.
        "\(kind.rawValue)-\(trackSeed)-\(controllerMark).\(run.films?.ending ?? "gif")"
    }

    /// Tells one controller's file from the next.
    private var controllerMark: String {
        var status = stat()
        let path = run.directory.url.appending(path: "controller.safetensors").path
        guard stat(path, &status) == 0 else { return "none" }
        return String(status.st_mtim.tv_sec, radix: 36)
    }
}
