// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import WorldModel

/// Bytes that an array may take here: a fuzzer makes many.
private let byteLimit = 1 << 24

extension FuzzTarget {
    /// NPY, NPZ with ZIP and deflate, safetensors, and what models and recordings are made of.
    static let arrayFiles: [FuzzTarget] = [
        FuzzTarget("npy", expects: { $0 is FileError }) {
            [
                npy("<f4", "(2, 2)", byteCount: 16), npy(">i8", "(1,)", byteCount: 8),
                npy("|b1", "(3,)", byteCount: 3),
            ]
        } read: {
            convert(try NPYArray(fileBytes: $0, name: "fuzz"))
        },
        FuzzTarget("npz", expects: { $0 is FileError }) {
            [try archive(.stored), try archive(.deflated)]
        } read: {
            try readArchive($0)
        },
        FuzzTarget("deflate", expects: { $0 is FileError }) {
            // Its size is that of the block without its head.
            [Array(deflated[1...2]) + checksum(of: deflated.dropFirst(5)) + deflated]
        } read: {
            try readArchive(zip(of: $0))
        },
        FuzzTarget("recording", expects: { $0 is FileError || $0 is RolloutFileError }) {
            [try recording()]
        } read: {
            let reader = try NPZReader(data: Data($0), name: "fuzz")
            let layout = try RolloutFile.Layout(of: reader)
            guard layout.length <= 64 else { return }
            _ = try RolloutFile(reader, layout)
        },
        FuzzTarget("safetensors", expects: { $0 is FileError }) {
            [
                SafetensorsFile(
                    metadata: ["run": "fuzz"],
                    tensors: ["a": Tensor(shape: [2, 1], values: [1, 2])]
                ).encoded()
            ].map(Array.init)
        } read: {
            _ = try SafetensorsFile(data: Data($0), name: "fuzz")
        },
        FuzzTarget("dream-starts", expects: { $0 is FileError || $0 is DreamStarts.Failure }) {
            [
                Array(
                    DreamStarts(
                        latents: [1, 2], hiddens: [3, 4], cells: [5, 6],
                        sizes: ModelSizes(latent: 1, hidden: 1), vae: "v", mdrnn: "m"
                    ).file.encoded())
            ]
        } read: {
            let file = try SafetensorsFile(data: Data($0), name: "fuzz")
            let starts = try DreamStarts(file, name: "fuzz")
            try starts.check(sizes: starts.sizes, vae: "v", mdrnn: "m", name: "fuzz")
            let again = try DreamStarts(starts.file, name: "fuzz")
            precondition(again == starts, "\(again)")
            // V and M have no others.
            guard starts.sizes.areWithinLimits else { return }
            let states = RecurrentCell.States(count: 1, sizes: starts.sizes)
            for start in [0, starts.count - 1] { starts.begin(0, at: start, states) }
        },
        FuzzTarget(
            "models",
            expects: {
                $0 is FileError || $0 is ParameterError || $0 is ControllerFileError
                    || $0 is FrozenModelsError
            }
        ) {
            [
                // V and M of a few numbers.
                file(
                    VAEParameters.specification(
                        VAESizes(
                            latent: 1, encoderChannels: [1, 1, 1, 1], decoderInput: 1,
                            decoderChannels: [1, 1, 1])), of: "vae"),
                file(
                    MDRNNParameters.specification(
                        MDRNNSizes(latent: 1, actions: 3, hidden: 1, mixtures: 1)), of: "mdrnn"),
                Array(ControllerParameters(inputs: .latent).file().encoded()),
            ]
        } read: {
            let file = try SafetensorsFile(data: Data($0), name: "fuzz")
            let results: [Result<Void, any Error>] = [
                Result { _ = try VAEParameters(file, name: "fuzz") },
                Result { _ = try MDRNNParameters(file, name: "fuzz") },
                Result { _ = try ControllerParameters(file, name: "fuzz") },
            ]
            // It is one of them at most.
            if results.allSatisfy({ (try? $0.get()) == nil }) { try results[0].get() }
        },
    ]

    private static func convert(_ array: NPYArray) {
        guard array.bytes.count <= 1 << 16 else { return }
        _ = array.floats()
        _ = array.doubles()
        _ = array.bools()
        _ = array.tensor()
        _ = try? array.uint8s(name: "fuzz")
    }

    private static func readArchive(_ bytes: [UInt8]) throws {
        let reader = try NPZReader(data: Data(bytes), name: "fuzz")
        for name in reader.arrayNames {
            _ = try reader.header(name)
            convert(try reader.array(name, byteLimit: byteLimit))
        }
    }

    private static func file(_ entries: [TensorSpecification], of kind: String) -> [UInt8] {
        let tensors = entries.map { ($0.name, Tensor(zeros: $0.shape)) }
        return Array(
            SafetensorsFile(
                metadata: ["kind": kind], tensors: Dictionary(uniqueKeysWithValues: tensors)
            ).encoded())
    }

    private static func npy(_ type: String, _ shape: String, byteCount: Int) -> [UInt8] {
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        text += String(repeating: " ", count: (53 - text.utf8.count % 64 + 64) % 64) + "\n"
        let count = text.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 255), UInt8(count >> 8)]
            + Array(text.utf8) + [UInt8](repeating: 1, count: byteCount)
    }

    private static func archive(_ compression: NPZWriter.Compression) throws -> [UInt8] {
        let memory = MemoryFile()
        let writer = NPZWriter(to: memory, compression: compression)
        try writer.add("a", [Float](repeating: 3, count: 100), shape: [10, 10])
        try writer.add("b", [UInt8](0..<200))
        try writer.finish()
        return Array(memory.data)
    }

    private static func recording() throws -> [UInt8] {
        let memory = MemoryFile()
        let writer = NPZWriter(to: memory)
        let side = 64
        try writer.add(
            "observations", [UInt8](repeating: 9, count: 2 * side * side * 3),
            shape: [2, side, side, 3])
        try writer.add("actions", [Float](repeating: 0, count: 6), shape: [2, 3])
        try writer.add("rewards", [Float(1), 2])
        try writer.add("terminals", [false, true])
        try writer.finish()
        return Array(memory.data)
    }

    /// An array, as a deflate block of bytes as they are.
    private static var deflated: [UInt8] {
        let array = npy("<f4", "(32,)", byteCount: 128)
        let count = UInt16(array.count)
        return [1, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
            + array
    }

    /// ZIP's checksum (CRC-32), little-endian.
    private static func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        let sum = bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xedb8_8320)
            }
        }
        return (0..<4).map { UInt8(truncatingIfNeeded: ~sum >> (8 * $0)) }
    }

    /// An archive with one member, whose directory is sound: of two bytes for its size, four for its
    /// checksum, and what is said to be compressed.
    private static func zip(of bytes: [UInt8]) -> [UInt8] {
        let sum = Array(bytes.dropFirst(2).prefix(4) + [0, 0, 0, 0]).prefix(4)
        let body = Array(bytes.dropFirst(6))
        let size = bytes.count < 2 ? 0 : Int(bytes[0]) | Int(bytes[1]) << 8
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let name = Array("a.npy".utf8)
        let common =
            little(20, 2) + little(0, 2) + little(8, 2) + little(0, 4) + sum
            + little(body.count, 4) + little(size, 4) + little(name.count, 2) + little(0, 2)
        let local = Array("PK\u{3}\u{4}".utf8) + common + name + body
        let central =
            Array("PK\u{1}\u{2}".utf8) + little(20, 2) + common + little(0, 14) + name
        return local + central + Array("PK\u{5}\u{6}".utf8) + little(0, 4) + little(1, 2)
            + little(1, 2) + little(central.count, 4) + little(local.count, 4) + little(0, 2)
    }
}
