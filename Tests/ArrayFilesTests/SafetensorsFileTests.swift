// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import Testing

struct SafetensorsFileTests {
    @Test func `the reference implementation's file is read, every type as single precision`()
        throws
    {
        let file = try SafetensorsFile(contentsOf: golden("mixed.safetensors"))
        #expect(file.metadata == ["kind": "test", "quote": "a \"quoted\"\nline"])
        #expect(file.tensors.keys.sorted() == ["double", "half", "scalar", "weight"])
        let sevenths = (0..<24).map { Float(Double($0) / 7 - 1) }
        #expect(file.tensors["weight"] == Tensor(shape: [2, 3, 4], values: sevenths))
        #expect(file.tensors["double"]?.values == sevenths)
        #expect(file.tensors["half"]?.values == (0..<24).map { Float($0) / 8 - 1 })
        #expect(file.tensors["scalar"] == Tensor(shape: [], values: [1.5]))
    }

    @Test func `brain floats are the upper halves of single precision`() throws {
        let header = #"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#
        let data = encoded(header, payload: [0x80, 0x3f, 0x20, 0xc0])
        #expect(try SafetensorsFile(data: data, name: "x").tensors["a"]?.values == [1, -2.5])
    }

    @Test func `a file comes back as it was, bit for bit, in the same bytes`() throws {
        let values: [Float] = [1, -0.0, .nan, .infinity, .leastNonzeroMagnitude, 3]
        let file = SafetensorsFile(
            metadata: ["b": "\u{1}\"\\ü", "a": ""],
            tensors: [
                "z.weight": Tensor(shape: [2, 3], values: values), "a": Tensor(zeros: [0, 4]),
                "s": Tensor(shape: [], values: [7]),
            ])
        let data = file.encoded()
        let read = try SafetensorsFile(data: data, name: "x")
        #expect(read.metadata == file.metadata)
        #expect(read.tensors["a"] == file.tensors["a"])
        #expect(read.tensors["z.weight"]?.values.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(read.encoded() == data)
        #expect(try SafetensorsFile(data: SafetensorsFile().encoded(), name: "x").tensors.isEmpty)
        #expect(data.count % 4 == 0 && (8 + Int(data[0]) + Int(data[1]) * 256) % 8 == 0)
    }

    @Test func `half precision takes half the bytes and rounds to the nearest`() throws {
        let values: [Float] = [1, -2.5, 0.1, 65_504, 1e-7, 70_000]
        let file = SafetensorsFile(
            metadata: ["kind": "test"], tensors: ["w": Tensor(shape: [2, 3], values: values)])
        let data = file.encoded(as: .half)
        #expect(file.encoded().count - data.count == 2 * values.count)
        let read = try SafetensorsFile(data: data, name: "x")
        #expect(read.metadata == file.metadata)
        // 0.1 = 0x2e66, 1e-7 = two of the smallest steps; beyond 65,504 there is only infinity.
        let rounded: [Float] = [1, -2.5, 0.099975586, 65_504, 0x1p-23, .infinity]
        #expect(read.tensors["w"] == Tensor(shape: [2, 3], values: rounded))
    }

    @Test func `numbers that are not finite are found by name`() throws {
        var file = SafetensorsFile(tensors: ["w": Tensor(shape: [2], values: [0, 1])])
        try file.requireFinite(name: "x")
        file.tensors["w"]?.values[1] = .nan
        let error = try #require(throws: FileError.self) { try file.requireFinite(name: "x") }
        #expect(error.description.contains("w holds nan at index 1"))
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "another size"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "another size"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "another size"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "another size"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "starts at 4"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "take 4 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "take 8 bytes"),
        (#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 8, "type \"I64\""),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                + #""b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "starts at 0"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#, 0,
            "another size"
        ),
        (
            #"{"a\u001b[2K":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
            #"tensor "a\u{1b}[2K" has another size"#
        ),
        (#"{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,4]}}"#, 4, "not the JSON"),
        (#"[1,2]"#, 0, "not the JSON"), (#"{"__metadata__":{"a":1}}"#, 0, "not the JSON"),
    ])
    func `a header that lies is refused`(header: String, payload: Int, reason: String) throws {
        let data = encoded(header, payload: [UInt8](repeating: 0, count: payload))
        let error = try #require(throws: FileError.self) {
            try SafetensorsFile(data: data, name: "lies")
        }
        #expect(error.description.contains(reason), "\(error)")
        #expect(error.description.contains("lies"))
    }

    @Test(arguments: [0, 7, 8, 9])
    func `a stated length beyond the file is refused`(count: Int) {
        let data = Data(repeating: 0x7f, count: count)
        #expect(throws: FileError.self) { try SafetensorsFile(data: data, name: "x") }
    }

    @Test func `whole numbers of the reference implementation are refused by type`() throws {
        let url = try golden("int64.safetensors")
        let error = try #require(throws: FileError.self) { try SafetensorsFile(contentsOf: url) }
        #expect(error.description.contains("I64") && error.description.contains(url.path))
    }

    private func encoded(_ header: String, payload: [UInt8]) -> Data {
        var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        data += Data(header.utf8)
        return data + Data(payload)
    }
}
