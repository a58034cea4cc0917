// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Testing

@testable import worldmodels

struct RecordingTrustTests {
    private func result(_ party: String, isConfirmed: Bool = false) -> EpisodeResult {
        var result = EpisodeResult(
            episode: Episode(name: .recording(0), trackSeed: 0),
            outcome: EpisodeOutcome(
                episodeReturn: 1, steps: 5, tilesVisited: 1, trackTiles: 2, end: .timeLimit))
        result.driver = EpisodeDriver(name: "\(party)/1", fingerprint: "", party: party)
        result.isConfirmed = isConfirmed
        return result
    }

    @Test func `a host's files go when it is found out, and those that come later are not written`()
    {
        let files = (0..<6).map { URL(filePath: "/data/\($0)") }
        var trust = RecordingTrust()
        let before = [
            trust.accepts(result("liar"), as: files[0]),
            trust.accepts(result("liar", isConfirmed: true), as: files[1]),
            trust.accepts(result("other"), as: files[2]),
        ]
        #expect(before == [true, true, true])
        let withdrawn = [trust.withdraw("liar"), trust.withdraw("liar")]
        #expect(withdrawn == [[files[0]], []])
        let after = [
            trust.accepts(result("liar"), as: files[3]),
            trust.accepts(result("liar", isConfirmed: true), as: files[4]),
            trust.accepts(result("other"), as: files[5]),
        ]
        #expect(after == [false, true, true])
        #expect(trust.refused == 2)
    }
}
