// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import ArrayFiles
import Testing

/// Damaged files are refused; none of them ends the process.
struct DamagedFileTests {
    @Test(arguments: [
        "stored.npz", "deflated.npz", "version2.npz", "odd.npz", "layouts.npz", "mixed.safetensors",
        "single.npy",
        "fortran.npy",
    ])
    func `every truncation throws`(name: String) throws {
        let data = try Data(contentsOf: golden(name))
        for count in stride(from: 0, to: data.count, by: max(1, data.count / 60)) {
            let cut = data.prefix(count)
            #expect(throws: FileError.self) { try read(cut, name) }
        }
    }

    @Test(arguments: [
        "stored.npz", "deflated.npz", "version2.npz", "odd.npz", "layouts.npz", "mixed.safetensors",
        "single.npy",
        "fortran.npy",
    ])
    func `any change throws a file error or is harmless`(name: String) throws {
        let data = try Data(contentsOf: golden(name))
        var random = PCG64(seed: 20)
        for _ in 0..<rounds {
            var mutated = data
            for _ in 0...random.integer(below: 4) { mutate(&mutated, &random) }
            do {
                try read(mutated, name)
            } catch is FileError {
                // As it should be.
            }
        }
    }

    @Test func `a directory that is larger than any is refused before it is read`() throws {
        let count = (16 << 20) + 1
        var data = Data(count: count)
        // The end record: one member, whose entry is all that is before.
        data.append(contentsOf: [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0])
        withUnsafeBytes(of: UInt32(count).littleEndian) { data.append(contentsOf: $0) }
        data.append(Data(count: 6))
        let reason = "its directory takes \(count) bytes"
        #expect(throws: FileError.malformed(file: "large.npz", reason: reason)) {
            try read(data, "large.npz")
        }
    }

    /// More rounds, for a longer hunt: `WORLDMODELS_FUZZ_ROUNDS=100000 swift test`.
    private var rounds: Int {
        ProcessInfo.processInfo.environment["WORLDMODELS_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 120
    }

    private func mutate(_ data: inout Data, _ random: inout PCG64) {
        guard !data.isEmpty else { return }
        let index = Int(random.integer(below: UInt32(data.count)))
        // Half of the changes hit the ends, where the structure is.
        let near = Int(random.integer(below: UInt32(min(data.count, 120))))
        let place = [index, index, near, data.count - 1 - near][Int(random.integer(below: 4))]
        switch random.integer(below: 6) {
        case 0: data[place] = UInt8(random.integer(below: 256))
        case 1: data[place] ^= 1 << UInt8(random.integer(below: 8))
        case 2: data[place] = [0, 0x7f, 0x80, 0xff][Int(random.integer(below: 4))]
        case 3:
            for index in place..<min(place + 8, data.count) { data[index] = 0xff }
        case 4: data.remove(at: place)
        default: data.insert(UInt8(random.integer(below: 256)), at: place)
        }
    }

    private func read(_ data: Data, _ name: String) throws {
        if name.hasSuffix(".safetensors") {
            let file = try SafetensorsFile(data: data, name: name)
            try file.requireFinite(name: name)
        } else if name.hasSuffix(".npy") {
            _ = try NPYArray(fileBytes: [UInt8](data), name: name).floats()
        } else {
            let reader = try NPZReader(data: data, name: name)
            for array in reader.arrayNames {
                do {
                    let array = try reader.array(array, byteLimit: 1 << 20)
                    _ = array.floats()
                    _ = try array.uint8s(name: name)
                } catch is FileError {
                    // One damaged array does not spoil the others.
                }
                _ = try? reader.header(array)
            }
        }
    }
}
