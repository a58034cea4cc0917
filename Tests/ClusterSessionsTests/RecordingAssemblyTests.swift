// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import Episodes
import Foundation
import Testing

@testable import ClusterSessions

struct RecordingAssemblyTests {
    private let peer = PeerIdentifier([1])
    private let other = PeerIdentifier([2])
    private let file = Data((0..<100).map { UInt8($0) })

    private func chunk(
        _ range: Range<Int>, lease: UInt64 = 7, total: Int = 100
    ) -> RecordingPiece {
        RecordingPiece(
            lease: lease, offset: range.lowerBound, total: total, data: file[range])
    }

    @Test func `pieces of two peers' files are put together, each for itself`() throws {
        var assembly = RecordingAssembly(limit: 100)
        try assembly.take(chunk(0..<60), from: peer)
        try assembly.take(chunk(0..<10, lease: 8, total: 20), from: other)
        try assembly.take(chunk(60..<100), from: peer)
        try assembly.take(chunk(10..<20, lease: 8, total: 20), from: other)
        #expect(assembly.byteCount == 120)
        let whole = try assembly.finish(7, digest: Array(SHA256.digest(file)), from: peer)
        #expect(whole == file)
        let short = try assembly.finish(8, digest: Array(SHA256.digest(file[..<20])), from: other)
        #expect(short == file[..<20])
        #expect(assembly.byteCount == 0)
    }

    @Test func `a piece that continues nothing is refused, and what had come is gone`() throws {
        for bad in [
            chunk(70..<100), chunk(50..<100), chunk(60..<100, lease: 8),
            chunk(60..<90, total: 90),
        ] {
            var assembly = RecordingAssembly(limit: 100)
            try assembly.take(chunk(0..<60), from: peer)
            #expect(throws: RecordingAssembly.Fault.gap(offset: bad.offset, have: 60)) {
                try assembly.take(bad, from: peer)
            }
            #expect(assembly.byteCount == 0)
        }
    }

    @Test func `a file begun anew replaces what had come: never more than one a peer`() throws {
        var assembly = RecordingAssembly(limit: 100)
        for lease in 0..<50 as Range<UInt64> {
            try assembly.take(chunk(0..<60, lease: lease), from: peer)
            #expect(assembly.byteCount == 60)
        }
        try assembly.take(chunk(60..<100, lease: 49), from: peer)
        let whole = try assembly.finish(49, digest: Array(SHA256.digest(file)), from: peer)
        #expect(whole == file)
    }

    @Test func `a file longer than an episode's, or where none is recorded, is refused`() throws {
        var assembly = RecordingAssembly(limit: 99)
        #expect(throws: RecordingAssembly.Fault.tooLong(100, limit: 99)) {
            try assembly.take(chunk(0..<60), from: peer)
        }
        var none = RecordingAssembly(limit: 0)
        #expect(throws: RecordingAssembly.Fault.notAsked) {
            try none.take(chunk(0..<60), from: peer)
        }
        #expect(throws: RecordingAssembly.Fault.notAsked) {
            try none.finish(7, digest: Array(SHA256.digest(file)), from: peer)
        }
        #expect(try none.finish(7, digest: [], from: peer) == nil)
    }

    @Test func `a result without its whole file, or with another's digest, is refused`() throws {
        var assembly = RecordingAssembly(limit: 100)
        let digest = Array(SHA256.digest(file))
        #expect(throws: RecordingAssembly.Fault.missing) {
            try assembly.finish(7, digest: digest, from: peer)
        }
        try assembly.take(chunk(0..<60), from: peer)
        #expect(throws: RecordingAssembly.Fault.missing) {
            try assembly.finish(7, digest: digest, from: peer)
        }
        for (lease, given, fault) in [
            (8, digest, RecordingAssembly.Fault.missing),
            (7, [UInt8](repeating: 0, count: 32), .digest),
            (7, [], .digest),
        ] as [(UInt64, [UInt8], RecordingAssembly.Fault)] {
            try assembly.take(chunk(0..<100), from: peer)
            #expect(throws: fault) { try assembly.finish(lease, digest: given, from: peer) }
            #expect(assembly.byteCount == 0)
        }
    }

    @Test func `what is of no use any more is forgotten`() throws {
        var assembly = RecordingAssembly(limit: 100)
        try assembly.take(chunk(0..<60), from: peer)
        try assembly.take(chunk(0..<10, lease: 8), from: other)
        assembly.keep { from, lease in from == other && lease == 8 }
        #expect(assembly.byteCount == 10)
        assembly.keep { _, _ in false }
        #expect(assembly.byteCount == 0)
    }

    @Test func `a worker's pieces make its file again, also after a broken connection`() throws {
        let long = Data((0..<600_000).map { UInt8(truncatingIfNeeded: $0 >> 7) })
        var outbox = ResultOutbox()
        for (lease, file) in [(7, long), (8, file)] as [(UInt64, Data)] {
            outbox.append(
                FinishedEpisode(
                    ticket: lease, episode: Episode(name: .recording(0), trackSeed: 0),
                    outcome: .success(
                        EpisodeOutcome(
                            episodeReturn: 1, steps: 1, tilesVisited: 0, trackTiles: 1,
                            end: .timeLimit)), file: file), seconds: 0)
        }
        var assembly = RecordingAssembly(limit: 1 << 20)
        var files: [Data?] = []
        var leases: [UInt64] = []
        var pieces = 0
        while let body = outbox.next {
            switch body {
            case .recordingPiece(let chunk):
                pieces += 1
                // The connection breaks when the second piece was sent.
                if pieces == 3 {
                    outbox.restart()
                    continue
                }
                try assembly.take(chunk, from: peer)
            case .results(let results):
                let result = try #require(results.first)
                guard case .outcome(let outcome) = result.report else { continue }
                files.append(
                    try assembly.finish(result.lease, digest: outcome.fileDigest, from: peer))
            default: Issue.record("\(body)")
            }
            leases += outbox.advance()
        }
        #expect(files == [long, file])
        #expect(leases == [7, 8])
        // Two, then three anew, then one.
        #expect(outbox.sentPieces == 6)
        #expect(outbox.isEmpty)
    }
}
