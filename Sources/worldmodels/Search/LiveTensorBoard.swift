// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Search
import Synchronization
import TensorBoardFiles

/// Writes a run's event files for TensorBoard while the run goes on, beside it: where that fails, the
/// run goes on without.
final class LiveTensorBoard: Sendable {
    private let export: Mutex<TensorBoardExport?>
    private let store: RunStore
    private let fail: @Sendable (String) -> Void

    /// Begins or continues the files in the run's directory.
    ///
    /// - Parameters:
    ///   - store: The run.
    ///   - fail: Told, once, why the files are no longer written.
    /// - Throws: `TensorBoardExport.Failure`, or what a file system says.
    init(_ store: RunStore, fail: @escaping @Sendable (String) -> Void) throws {
        self.store = store
        self.fail = fail
        let folder = store.directory.url.appending(path: Self.folder)
        let export = try TensorBoardExport(
            of: store.directory, store.reader, to: folder, now: Date())
        try export.update(from: store.reader, now: Date())
        self.export = Mutex(export)
    }

    /// The folder of a run's directory.
    static let folder = "tensorboard"

    /// Writes what an event of the run has brought.
    func observe(_ event: RunEvent) {
        switch event {
        case .generation, .evaluation: break
        default: return
        }
        let failure = export.withLock { export -> (any Error)? in
            do {
                try export?.update(from: store.reader, now: Date())
                return nil
            } catch {
                export = nil
                return error
            }
        }
        if let failure {
            fail("no more events for TensorBoard: \(failure); the run goes on without them")
        }
    }
}
