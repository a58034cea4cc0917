// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

/// A recording of Gymnasium, as Golden/gymnasium_trace.py describes its arrays.
struct Trace {
    let actions: [Float]
    let hull: [Double]
    let wheelOmega: [Double]
    let steerAngle: [Double]
    let reward: [Double]
    let terminated: [UInt8]
    let visited: [Int32]
    let frameSteps: [Int32]
    let frames: [UInt8]

    static let names = [
        "brownian_0", "brownian_1", "brownian_2", "brownian_3", "driver_0", "driver_1",
        "driver_2", "driver_3", "gas_0", "leave_0", "leave_1",
    ]

    /// The track seed is the name's last part.
    static func seed(_ name: String) -> UInt64 {
        name.split(separator: "_").last.flatMap { UInt64($0) } ?? 0
    }

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "npz", subdirectory: "Golden"))
        let entries = try StoredArchive(contentsOf: url)
        actions = try entries.values("actions")
        hull = try entries.values("hull")
        wheelOmega = try entries.values("wheel_omega")
        steerAngle = try entries.values("steer_angle")
        reward = try entries.values("reward")
        terminated = try entries.values("terminated")
        visited = try entries.values("visited")
        frameSteps = try entries.values("frame_steps")
        frames = try entries.values("frames")
    }

    func frame(_ index: Int) -> ArraySlice<UInt8> {
        frames[(index * 96 * 96 * 3)..<((index + 1) * 96 * 96 * 3)]
    }
}

/// The arrays of an .npz that `numpy.savez` stored without compression.
struct StoredArchive {
    private var arrays: [String: [UInt8]] = [:]

    init(contentsOf url: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: url))
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let directory = number(bytes.count - 22 + 16, 4)
        let count = number(bytes.count - 22 + 10, 2)
        var entry = directory
        for _ in 0..<count {
            let size = number(entry + 24, 4)
            let nameLength = number(entry + 28, 2)
            let name = String(
                decoding: bytes[(entry + 46)..<(entry + 46 + nameLength)], as: UTF8.self)
            let local = number(entry + 42, 4)
            let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
            let header = number(start + 8, 2)
            arrays[name] = Array(bytes[(start + 10 + header)..<(start + size)])
            entry += 46 + nameLength + number(entry + 30, 2) + number(entry + 32, 2)
        }
    }

    func values<Element: BitwiseCopyable>(_ name: String) throws -> [Element] {
        let bytes = try #require(arrays[name + ".npy"])
        return bytes.withUnsafeBytes { raw in
            (0..<(raw.count / MemoryLayout<Element>.stride)).map {
                raw.loadUnaligned(
                    fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self)
            }
        }
    }
}
