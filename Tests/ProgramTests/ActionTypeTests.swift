// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacing
import Foundation
import TerminalOutput
import TestSupport
import Testing

@testable import worldmodels

/// Golden/gymnasium_types.py tells where the drives come from.
struct ActionTypeTests {
    private static func golden(_ name: String) throws -> URL {
        try #require(
            Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Golden"))
    }

    private static func drive(_ type: String) throws -> EnvironmentTrace {
        var trace = try EnvironmentTrace(trackSeed: 4, nil)
        try trace.drive(ActionFile.read(golden("actions_\(type).npy").path))
        return trace
    }

    @Test(arguments: [
        "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
        "uint32", "uint64", "bool",
    ])
    func `actions of every type drive as in Gymnasium`(type: String) throws {
        let drives = try JSONDecoder().decode(
            [String: [[Double]]].self, from: Data(contentsOf: Self.golden("drives.json")))
        let expected = try #require(drives[type])
        let trace = try Self.drive(type)
        #expect(trace.rewards.count == 10 * expected.count)
        var (worst, total) = (0.0, 0.0)
        for step in trace.rewards.indices {
            total += trace.rewards[step]
            guard step % 10 == 9 else { continue }
            let row = expected[step / 10]
            for column in 0..<3 {
                worst = max(worst, abs(trace.hull[6 * step + column] - row[column]))
            }
            worst = max(worst, abs(total - row[3]))
        }
        #expect(worst < 0.005)
    }

    @Test func `discrete actions are read by their numbers, and nothing else is one`() throws {
        let scratch = try TemporaryDirectory()
        func file(_ numbers: [Float]) throws -> String {
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(numbers.count),), }"
            var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
            data += Data(text.utf8) + Data(repeating: 0x20, count: 117 - text.utf8.count) + [0x0a]
            numbers.withUnsafeBytes { data += Data($0) }
            let url = scratch.url.appending(path: "\(numbers.count).npy")
            try data.write(to: url)
            return url.path
        }
        #expect(
            try ActionFile.read(file([0, 1, 2, 3, 4]))
                == [0, 0, 0, 0.6, 0, 0, -0.6, 0, 0, 0, 0.2, 0, 0, 0, 0.8])
        for wrong in [[Float(5)], [0, 0.5], [0, 0, -1], [0, 0, 0, .nan]] as [[Float]] {
            let error = #expect(throws: InputError.self) { try ActionFile.read(file(wrong)) }
            #expect(error?.description.contains("row \(wrong.count - 1)") == true)
        }
    }

    @Test func `a brake of 0.9 blocks in double precision alone`() throws {
        let double = try Self.drive("float64")
        let single = try Self.drive("float32")
        let apart = zip(double.hull, single.hull).map { abs($0 - $1) }.max() ?? 0
        #expect(apart > 0.1)
    }

    @Test func `a trace's own actions give the same drive`() throws {
        let scratch = try TemporaryDirectory()
        for (type, expected) in [("float64", NPYElementType.float64), ("int8", .float32)] {
            let trace = try Self.drive(type)
            let file = scratch.url.appending(path: "\(type).npz")
            try trace.write(to: file)
            let actions = try NPZReader(contentsOf: file).array("actions")
            #expect(actions.elementType == expected)
            var again = try EnvironmentTrace(trackSeed: 4, nil)
            try again.drive(actions.doubles())
            #expect(again.hull == trace.hull)
        }
    }

    @Test func `other shapes and numbers are refused by name`() throws {
        let scratch = try TemporaryDirectory()
        let archive = try NPZWriter(
            to: scratch.url.appending(path: "a.npz"), compression: .stored)
        try archive.add("column", [0.0, 1, 0])
        try archive.add("nan", [0.0, .nan, 0], shape: [1, 3])
        try archive.finish()
        let reader = try NPZReader(contentsOf: scratch.url.appending(path: "a.npz"))
        for (name, reason) in [("column", "(T, 3)"), ("nan", "column 1")] {
            let array = try reader.array(name)
            let file = scratch.url.appending(path: "\(name).npy")
            var bytes = try #require("\u{93}NUMPY".data(using: .isoLatin1))
            let shape = name == "column" ? "(3, 1)" : "(1, 3)"
            let header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n"
            bytes += Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8) + array.bytes
            try bytes.write(to: file)
            let error = #expect(throws: InputError.self) { try ActionFile.read(file.path) }
            #expect("\(error, default: "")".contains(reason))
        }
    }
}
