// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Synchronization

/// The runs that are shown: those that were named, or found in a folder, by name.
package final class RunCatalog: Sendable {
    private struct State {
        var views: [String: RunView] = [:]
        var scanned = ContinuousClock.Instant.now
        var isScanned = false
    }

    /// Runs that are always shown.
    private let named: [ServedRun]
    /// Folders whose directories are shown where they hold a run.
    private let folders: [URL]
    private let films: (any FilmMaker)?
    private let state = Mutex(State())
    /// Runs of one folder that are shown at most.
    private static let limit = 200

    /// One run.
    package init(_ run: ServedRun) {
        named = [run]
        folders = []
        films = run.films
    }

    /// What directories hold: each is a run, or a folder of runs.
    ///
    /// - Parameters:
    ///   - paths: The directories.
    ///   - films: Makes films of the runs; nil where nothing can.
    /// - Throws: `RunStoreError` for one that is neither.
    package init(paths: [String], films: (any FilmMaker)?) throws {
        var named: [ServedRun] = []
        var folders: [URL] = []
        for path in paths {
            let directory = RunDirectory(path: path)
            if directory.holdsRun {
                named.append(ServedRun(directory, films: films))
                continue
            }
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
                isDirectory.boolValue
            else {
                throw RunStoreError.noRun(path: path, reason: "there is no such directory")
            }
            folders.append(directory.url)
        }
        self.named = named
        self.folders = folders
        self.films = films
        if named.isEmpty, views().isEmpty {
            throw RunStoreError.noRun(
                path: paths.joined(separator: ", "),
                reason: "neither it nor a directory in it has a run.sqlite")
        }
    }

    /// The runs, by name.
    func views() -> [RunView] {
        state.withLock { state in
            let now = ContinuousClock.now
            if !state.isScanned || !folders.isEmpty && now - state.scanned > .seconds(5) {
                state.isScanned = true
                state.scanned = now
                scan(&state)
            }
            return state.views.values.sorted { $0.name < $1.name }
        }
    }

    /// The run of a name.
    func view(_ name: String) -> RunView? { views().first { $0.name == name } }

    private func scan(_ state: inout State) {
        var found = named
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names.sorted().prefix(Self.limit) {
                let directory = RunDirectory(path: folder.appending(path: name).path)
                if directory.holdsRun { found.append(ServedRun(directory, films: films)) }
            }
        }
        var views: [String: RunView] = [:]
        for run in found {
            let base = RunView.name(of: run.directory)
            var name = base
            var number = 2
            while views[name] != nil {
                name = "\(base)-\(number)"
                number += 1
            }
            let known = state.views[name]
            views[name] =
                known?.run.directory == run.directory ? known : RunView(run, name: name)
        }
        state.views = views
    }
}
