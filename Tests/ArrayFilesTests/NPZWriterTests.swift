// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import ArrayFiles
import TestSupport
import Testing

struct NPZWriterTests {
    @Test(arguments: [NPZWriter.Compression.stored, .deflated, .deflated(level: 9)])
    func `what is written is read back`(compression: NPZWriter.Compression) throws {
        let directory = try TemporaryDirectory()
        var random = PCG64(seed: 1)
        let bytes = (0..<300_000).map { _ in UInt8(random.integer(below: 7)) }
        let floats = (0..<600).map { _ in Float(random.uniform(-1, 1)) }
        let url = directory.file("a.npz")
        let writer = try NPZWriter(to: url, compression: compression)
        try writer.add("bytes", bytes, shape: [100, 3000])
        try writer.add("floats", floats, shape: [200, 3])
        try writer.add("truths", [true, false, true])
        try writer.add("scalar", [Double.pi], shape: [])
        try writer.add("empty", [Int64](), shape: [0, 3])
        try writer.finish()
        let reader = try NPZReader(contentsOf: url)
        #expect(reader.arrayNames == ["bytes", "floats", "truths", "scalar", "empty"])
        let header = NPYHeader(elementType: .uint8, shape: [100, 3000])
        #expect(try reader.array("bytes") == NPYArray(header: header, bytes: bytes))
        #expect(try reader.array("floats").shape == [200, 3])
        #expect(try reader.array("floats").floats() == floats)
        #expect(try reader.array("truths").bools() == [true, false, true])
        #expect(try reader.array("scalar").doubles() == [.pi])
        #expect(try reader.array("empty").shape == [0, 3])
        #expect(try directory.contents() == ["a.npz"])
    }

    @Test(arguments: [NPZWriter.Compression.stored, .deflated])
    func `rows appended in pieces make the bytes of the whole`(
        compression: NPZWriter.Compression
    ) throws {
        let directory = try TemporaryDirectory()
        let values = (0..<5000).map { Float($0).squareRoot() }
        let whole = directory.file("whole.npz")
        let pieces = directory.file("pieces.npz")
        var writer = try NPZWriter(to: whole, compression: compression)
        try writer.add("rows", values, shape: [500, 2, 5])
        try writer.finish()
        writer = try NPZWriter(to: pieces, compression: compression)
        try writer.beginRows("rows", .float32, rowShape: [2, 5])
        for start in stride(from: 0, to: 5000, by: 70) {
            let piece = Array(values[start..<min(start + 70, 5000)])
            try piece.withUnsafeBytes { try writer.appendRows($0) }
        }
        try writer.endRows()
        try writer.finish()
        #expect(try Data(contentsOf: whole) == Data(contentsOf: pieces))
        #expect(try NPZReader(contentsOf: pieces).array("rows").floats() == values)
    }

    @Test func `an archive that is not finished does not appear`() throws {
        let directory = try TemporaryDirectory()
        do {
            let writer = try NPZWriter(to: directory.file("a.npz"))
            try writer.add("floats", [Float](repeating: 1, count: 10))
        }
        #expect(try directory.contents().isEmpty)
    }
}
