// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import TensorBoardFiles

/// Records and events, against those of TensorBoard's own writer.
struct EventFileTests {
    private let golden: Data

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/events.tfevents", withExtension: nil))
        golden = try Data(contentsOf: url)
    }

    /// The events of record.py.
    private static var events: [BoardEvent] {
        func event(_ time: Double, _ step: Int, _ change: (inout BoardEvent) -> Void) -> BoardEvent
        {
            var event = BoardEvent()
            event.wallTime = time
            event.step = Int64(step)
            change(&event)
            return event
        }
        var image = BoardSummary.Value()
        image.tag = "picture"
        image.image.height = 2
        image.image.width = 3
        image.image.colorspace = 3
        image.image.encodedImageString = Data([0x89, 0x50, 0x4E, 0x47])
        let begun = Date(timeIntervalSince1970: 1.5)
        return [
            event(1.25, 0) { $0.fileVersion = "brain.Event:2" },
            BoardEvent(startAt: 4, begun),
            event(2.5, 4) { $0.summary.value = [BoardSummary.Value("generation/mean", 0.1)] },
            event(2.5, 4) {
                $0.summary.value =
                    BoardHistogram([-3, 20, .nan, 41])
                    .map { [BoardSummary.Value("returns/rollouts", $0)] } ?? []
            },
            event(3.5, 5) { $0.summary.value = [image] },
            BoardEvent.hyperparameters([("sigma", "0.25")], run: "run", begun: begun)[1],
        ]
    }

    @Test func `the same events are the same bytes as TensorBoard's`() throws {
        let records = try Self.events.map { EventRecords.record(try $0.serializedBytes()) }
        #expect(Data(records.flatMap { $0 }) == golden)
    }

    @Test func `TensorBoard's events are read`() throws {
        let events = try EventRecords.whole(in: golden).map { try BoardEvent(serializedBytes: $0) }
        #expect(events == Self.events)
        #expect(events.last?.runName == "run")
    }

    @Test func `a torn or damaged record and what follows it are left out`() throws {
        let whole = EventRecords.whole(in: golden)
        var ends: [Int] = []
        for record in whole { ends.append((ends.last ?? 0) + record.count + 16) }
        for length in 0..<golden.count {
            let found = EventRecords.whole(in: golden.prefix(length))
            #expect(found.count == ends.count { $0 <= length }, "\(length) bytes")
        }
        for place in 0..<golden.count {
            var damaged = golden
            damaged[place] ^= 4
            #expect(EventRecords.whole(in: damaged).count == ends.count { $0 <= place })
        }
    }

    /// RFC 3720, B.4.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 255, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array("123456789".utf8), 0xE306_9283),
        ] as [([UInt8], UInt32)])
    func `checksums are those of the standard`(bytes: [UInt8], sum: UInt32) {
        #expect(CRC32C.of(bytes) == sum)
    }

    @Test func `a histogram has each value in its bucket, and few buckets`() throws {
        let values = [-100.0, -99.9, 0, 19.99, 20, 905, 1e6]
        let histogram = try #require(BoardHistogram(values))
        #expect(histogram.bucket.count == histogram.bucketLimit.count)
        #expect(histogram.bucket.count <= 502)
        #expect(histogram.bucket.reduce(0, +) == 7 && histogram.num == 7)
        #expect(histogram.bucketLimit == histogram.bucketLimit.sorted())
        var place = 0
        for value in values.sorted() {
            while value >= histogram.bucketLimit[place] { place += 1 }
            #expect(histogram.bucket[place] > 0, "\(value)")
        }
        #expect(BoardHistogram([.nan, .infinity]) == nil)
    }

    @Test func `files follow one another, whatever the clock says`() throws {
        let scratch = try TemporaryDirectory()
        let folder = scratch.file("a/b")
        for time in [1_800_000_000.0, 1_800_000_000, 1_700_000_000] {
            let file = try EventFile(in: folder, time: Date(timeIntervalSince1970: time))
            try file.append([BoardEvent(startAt: Int(time), Date())])
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count == 3)
        let events = try EventFile.events(in: folder).filter { $0.fileVersion.isEmpty }
        #expect(events.map(\.step) == [1_800_000_000, 1_800_000_000, 1_700_000_000])
    }
}
