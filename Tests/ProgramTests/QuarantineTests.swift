// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import Foundation
import RolloutServer
import RunStore
import TestSupport
import Testing

@testable import worldmodels

/// What a coordinator knows of those whom an earlier start has found wrong.
struct QuarantineTests {
    @Test func `who is not believed is not by the next start either, as long as it lasts`() throws {
        let place = try TemporaryDirectory()
        let store = try RunStore(RunDirectory(path: place.path), holder: "test")
        let now = Date()
        for (party, isDistrusted, seconds) in [
            ("liar", true, 3600), ("released", true, -1), ("failer", false, 3600),
        ] as [(String, Bool, Double)] {
            try store.record(
                QuarantineRecord(
                    party: party, workers: ["\(party)/1"], reason: "it was \(party)",
                    isDistrusted: isDistrusted, time: now, ends: now + seconds))
        }
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "r", models: [], work: .score(settings: Data()))
        let options = try ServingOptions.parse([])
        try options.admit(&configuration, to: store)
        let kept = configuration.core.quarantined
        #expect(kept.map(\.party) == ["liar"])
        #expect(kept.map(\.reason) == ["it was liar"])
        // It is not begun anew by each start.
        #expect(kept.allSatisfy { $0.seconds > 0 && $0.seconds <= 3600 })
    }
}
