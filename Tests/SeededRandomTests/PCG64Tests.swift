// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing

/// One seed's draws, as Golden/record.py writes them (64-bit words as text: JSON has doubles only).
private struct Recording: Decodable {
    var seed: String
    var raw: [String]
    var threes: [UInt32]
    var unit: [Double]
    var uniform: [Double]
    var after: [UInt32]
}

struct PCG64Tests {
    @Test func `draws are numpy's, bit for bit`() throws {
        let url = try #require(
            Bundle.module.url(forResource: "numpy", withExtension: "json", subdirectory: "Golden"))
        let recordings = try JSONDecoder().decode([Recording].self, from: Data(contentsOf: url))
        #expect(recordings.count == 9)
        for recording in recordings {
            let seed = try #require(UInt64(recording.seed))
            var generator = PCG64(seed: seed)
            #expect(recording.raw.map { _ in String(generator.next()) } == recording.raw)
            #expect(
                recording.threes.map { _ in generator.integer(below: 3) } == recording.threes)
            #expect(recording.unit.map { _ in generator.unit() } == recording.unit)
            #expect(recording.uniform.map { _ in generator.uniform(-3, 7) } == recording.uniform)
            #expect(
                recording.after.map { _ in generator.integer(below: 1_000_003) }
                    == recording.after)
        }
    }

    @Test func `a coded generator resumes its stream, the spare half included`() throws {
        var generator = PCG64(seed: 5)
        _ = generator.integer(below: 10)
        let data = try JSONEncoder().encode(generator)
        var restored = try JSONDecoder().decode(PCG64.self, from: data)
        #expect(restored == generator)
        #expect(restored.integer(below: 1000) == generator.integer(below: 1000))
        #expect(restored.next() == generator.next())
    }

    @Test func `normal draws have mean 0, variance 1 and the right tails`() {
        var generator = PCG64(seed: 11)
        var values = [Double](repeating: 0, count: 200_000)
        values.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        let beyondTwo = Double(values.count { abs($0) > 2 }) / Double(values.count)
        #expect(abs(mean) < 0.01)
        #expect(abs(variance - 1) < 0.015)
        #expect(abs(beyondTwo - 0.0455) < 0.002)
    }

    @Test func `a permutation holds each index once and is not the identity`() {
        var generator = PCG64(seed: 3)
        let order = generator.permutation(1000)
        #expect(order.sorted() == Array(0..<1000))
        #expect(order != Array(0..<1000))
        #expect(generator.permutation(0).isEmpty)
    }
}

struct SeedStreamsTests {
    @Test func `names, indices and roots each make another stream`() {
        let streams = SeedStreams(root: 1)
        let seeds = [
            streams.seed("tracks"), streams.seed("tracks", 0), streams.seed("tracks", 1),
            streams.seed("tracks", 0, 1), streams.seed("tracks", 1, 0), streams.seed("track"),
            streams.seed("candidates"), SeedStreams(root: 2).seed("tracks"),
            SeedStreams(root: 1 << 40).seed("tracks"),
        ]
        #expect(Set(seeds).count == seeds.count)
        #expect(streams.seed("tracks", 4) == SeedStreams(root: 1).seed("tracks", 4))
    }
}
