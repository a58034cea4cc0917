// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation
import Testing

struct TrackTests {
    @Test func `tracks of 200 seeds are Gymnasium's`() throws {
        let url = try #require(
            Bundle.module.url(forResource: "tracks", withExtension: "csv", subdirectory: "Golden"))
        let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(rows.count == 200)
        for row in rows {
            let fields = row.split(separator: ",").map(String.init)
            let seed = try #require(UInt64(fields[0]))
            let track = Track(seed: seed)
            #expect(track.nodes.count == Int(fields[1]), "seed \(seed)")
            #expect(track.polygonCount == Int(fields[2]), "seed \(seed)")
            let nodes = track.nodes
            var values = [nodes[0], nodes[nodes.count / 2], nodes[nodes.count - 1]].flatMap {
                [$0.alpha, $0.beta, $0.x, $0.y]
            }
            values.append(nodes.reduce(0) { $0 + $1.x })
            values.append(nodes.reduce(0) { $0 + $1.y })
            #expect(values == fields.dropFirst(3).compactMap(Double.init), "seed \(seed)")
        }
    }

    @Test func `different seeds make different tracks`() {
        #expect(Track(seed: 1) == Track(seed: 1))
        #expect(Track(seed: 1) != Track(seed: 2))
        #expect(Track(seed: 0) != Track(seed: 1 << 40))
    }
}
