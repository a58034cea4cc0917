// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
@testable import ArrayFiles
import Testing

struct NPZReaderTests {
    static let counting = (0..<24).map { Double($0) }

    @Test(arguments: ["stored.npz", "deflated.npz"])
    func `arrays of every type are numpy's`(file: String) throws {
        let reader = try NPZReader(contentsOf: golden(file))
        #expect(
            reader.arrayNames == [
                "half", "single", "double", "bytes", "int32", "int64", "bool", "scalar", "empty",
            ])
        let counting = Self.counting
        let half = try reader.array("half")
        #expect(half.shape == [2, 3, 4] && half.elementType == .float16)
        #expect(half.floats() == counting.map { Float($0 / 8 - 1) })
        #expect(half.doubles() == counting.map { $0 / 8 - 1 })
        #expect(try reader.array("single").floats() == counting.map { Float($0 / 7 - 1) })
        #expect(try reader.array("double").doubles() == counting.map { $0 / 7 - 1 })
        #expect(try reader.array("double").floats() == counting.map { Float($0 / 7 - 1) })
        let bytes = try reader.array("bytes")
        #expect(try bytes.uint8s(name: "bytes") == counting.map { UInt8($0 * 10) })
        #expect(bytes.floats() == counting.map { Float($0 * 10) })
        for name in ["int32", "int64"] {
            let array = try reader.array(name)
            #expect(array.floats() == counting.map { Float($0) - 12 })
            #expect(array.bools() == counting.map { $0 != 12 })
            #expect(throws: FileError.self) { try array.uint8s(name: name) }
        }
        let truths = try reader.array("bool")
        #expect(truths.bools() == counting.map { Int($0) % 3 == 0 })
        #expect(truths.floats() == counting.map { Int($0) % 3 == 0 ? 1 : 0 })
        #expect(try reader.array("scalar").shape.isEmpty)
        #expect(try reader.array("scalar").floats() == [1.5])
        #expect(try reader.array("empty").shape == [0, 5])
        #expect(try reader.array("single").tensor().shape == [2, 3, 4])
    }

    @Test func `version 2, no zip64 and a comment are read`() throws {
        let reader = try NPZReader(contentsOf: golden("version2.npz"))
        #expect(try reader.array("single").floats() == Self.counting.map { Float($0 / 7 - 1) })
    }

    @Test(arguments: [
        ("complex", "complex numbers (<c8)"), ("text", "text (<U1)"),
        ("object", "Python objects (|O)"), ("record", "records ([...])"),
        ("long", "floating-point numbers of another size (<f16)"),
        ("date", "dates or times (<M8[D])"), ("absent", "it has no array absent"),
    ])
    func `what cannot be read is refused by name`(name: String, reason: String) throws {
        let reader = try NPZReader(contentsOf: golden("odd.npz"))
        let error = try #require(throws: FileError.self) { try reader.array(name) }
        #expect(error.description.contains(reason) && error.description.contains(name))
        #expect(error.description.contains("odd.npz"))
        #expect(error.description.contains("damaged") == (name == "absent"))
    }

    @Test(
        arguments: [
            ("fortran", .float32), ("bigendian", .float64), ("both", .int16), ("int8", .int8),
            ("int16", .int16), ("uint16", .uint16), ("uint32", .uint32), ("uint64", .uint64),
            ("bytes", .uint8),
        ] as [(String, NPYElementType)])
    func `any order of bytes and axes is read, and numbers of any size`(
        name: String, type: NPYElementType
    ) throws {
        let array = try NPZReader(contentsOf: golden("layouts.npz")).array(name)
        #expect(array.shape == [2, 3, 4] && array.elementType == type)
        #expect(array.doubles() == Self.counting)
        #expect(array.floats() == Self.counting.map { Float($0) })
        #expect(try array.uint8s(name: name) == Self.counting.map { UInt8($0) })
        #expect(array.bools() == Self.counting.map { $0 != 0 })
        // As if it had been saved in the usual order.
        let usual = NPYHeader(elementType: type, shape: [2, 3, 4])
        let again = try NPYArray(fileBytes: usual.encoded() + array.bytes, name: name)
        #expect(again == array)
    }

    @Test func `an NPY file in another order is read`() throws {
        let array = try NPYArray(contentsOf: golden("fortran.npy"))
        #expect(array.doubles() == Self.counting)
    }

    @Test func `an array above the limit is refused`() throws {
        let reader = try NPZReader(contentsOf: golden("deflated.npz"))
        #expect(throws: FileError.self) { try reader.array("single", byteLimit: 95) }
        #expect(try reader.array("single", byteLimit: 96).shape == [2, 3, 4])
    }

    @Test func `two arrays of one name are refused`() throws {
        var data = try Data(contentsOf: golden("stored.npz"))
        let (one, other) = (Data("int32.npy".utf8), Data("int64.npy".utf8))
        while let range = data.range(of: other) { data.replaceSubrange(range, with: one) }
        let error = try #require(throws: FileError.self) {
            try NPZReader(data: data, name: "twins.npz")
        }
        #expect(error.description.contains("it holds int32 twice"), "\(error)")
    }

    @Test func `a changed element fails the checksum`() throws {
        var data = try Data(contentsOf: golden("stored.npz"))
        let pattern = withUnsafeBytes(of: Float(2) / 7) { Data($0) }
        let range = try #require(data.range(of: withUnsafeBytes(of: Float(-1)) { Data($0) }))
        data.replaceSubrange(range, with: pattern)
        let reader = try NPZReader(data: data, name: "changed")
        let error = try #require(throws: FileError.self) { try reader.array("single") }
        #expect(error.description.contains("checksum"))
    }

    @Test func `an NPY file comes and goes`() throws {
        let url = try golden("single.npy")
        let array = try NPYArray(contentsOf: url)
        #expect(array.floats() == Self.counting.map { Float($0 / 7 - 1) })
        #expect(try Data(array.header.encoded() + array.bytes) == Data(contentsOf: url))
    }
}
