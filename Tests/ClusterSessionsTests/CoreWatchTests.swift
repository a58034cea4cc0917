// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import ClusterSessions

struct CoreWatchTests {
    private let busy = [WorkerSession.CoreSigns(progress: 5, isBusy: true)]

    private func hanging(_ watch: inout CoreWatch, at now: Double) -> [Int] {
        watch.look(busy, at: now, limit: 60).map(\.core)
    }

    @Test func `a core that has work and does not step hangs, once for each engine`() {
        var watch = CoreWatch()
        let found = (0...130).filter { hanging(&watch, at: Double($0)) == [0] }
        #expect(found == [61, 122] && watch.given == 2)
    }

    @Test func `who was stopped did not step either, and its engines do not hang for it`() {
        var watch = CoreWatch()
        #expect(hanging(&watch, at: 0).isEmpty)
        let found = (1000...1070).filter { hanging(&watch, at: Double($0)) == [0] }
        #expect(found == [1061])
    }
}
