// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

/// A disk without room, played by SQLite's own limit on the file's pages: it fails alike.
struct FullDiskTests {
    private func limit(_ store: RunStore, pages: Int) throws {
        try store.queue.writeWithoutTransaction { database in
            let current = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(current + pages)")
        }
    }

    private func record(_ generation: Int) -> GenerationRecord {
        GenerationRecord(generation: generation, candidates: 1, tracks: 1, finished: Date())
    }

    @Test func `a full disk is named, loses nothing, and room lets the run go on`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let state = Data(repeating: 7, count: 40_000)
        var store: RunStore? = try RunStore(directory, holder: "test")
        try #require(store).begin(
            identifier: "r", program: "p", settings: [("seed", "1")], state: state,
            created: Date())
        try #require(store).finish(record(1), meanReturns: [1], state: state)
        // More than the pages that the states of earlier generations left free.
        let large = Data(repeating: 8, count: 400_000)
        try limit(#require(store), pages: 2)
        #expect(throws: RunStoreError.diskFull(path: directory.database.path)) {
            try #require(store).finish(record(2), meanReturns: [1], state: large)
        }
        // What came before is there, for this process and for the next one.
        #expect(try store?.reader.generations().map(\.generation) == [1])
        store = nil
        let next = try RunStore(directory, holder: "test")
        #expect(try next.reader.latestState()?.generation == 1)
        #expect(try next.reader.latestState()?.state == state)
        try next.finish(record(2), meanReturns: [1], state: large)
        #expect(try next.reader.generations().map(\.generation) == [1, 2])
    }
}
