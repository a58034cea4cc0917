// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import RunStore

struct LockWaitTests {
    @Test func `a writer waits for another's lock, tells of it once, and goes on`() throws {
        let run = try SmallRun(generations: 1)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(
            path: run.directory.database.path, configuration: configuration)
        let told = Mutex<[RunStoreError]>([])
        let wait = LockWait(path: run.directory.database.path, patience: .milliseconds(50)) {
            error in
            told.withLock { $0.append(error) }
            try? other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        }
        let store = try RunStore(run.directory, holder: "test", wait: wait) { _ in }
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try SmallRun.add(2, to: store)
        #expect(try store.reader.generations().count == 2)
        let process = ProcessInfo.processInfo.processIdentifier
        guard case .busy(let path, let holder) = told.withLock({ $0.first }) else {
            Issue.record("nobody was told")
            return
        }
        #expect(path == run.directory.database.path)
        #expect(holder.hasPrefix("process \(process), "))
        #expect(told.withLock { $0.count } == 1)
    }
}
