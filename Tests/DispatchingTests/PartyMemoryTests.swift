// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import Dispatching

struct PartyMemoryTests {
    @Test func `parties that come and go are not remembered for ever, those in quarantine are`() {
        var dispatcher = Dispatcher()
        for party in 1...6000 {
            dispatcher.introduce(party, of: party, at: 0)
            dispatcher.join(party, slots: 1, capacity: 1, at: 0)
            if party == 5000 {
                for _ in 0..<3 { dispatcher.offence(lease: nil, worker: party, at: 0) }
            }
            dispatcher.leave(party)
        }
        #expect((4000...4200).contains(dispatcher.parties.count))
        dispatcher.introduce(9999, of: 5000, at: 1)
        #expect(dispatcher.isQuarantined(9999))
    }
}
