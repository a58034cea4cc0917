// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import Testing
import WorldModel

/// The arrays of one of the files that Golden/record.py writes.
struct GoldenRecording {
    private let reader: NPZReader

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "npz", subdirectory: "Golden"))
        reader = try NPZReader(contentsOf: url)
    }

    func floats(_ name: String) throws -> [Float] { try reader.array(name).floats() }
    func doubles(_ name: String) throws -> [Double] { try reader.array(name).doubles() }
    func bytes(_ name: String) throws -> [UInt8] { try reader.array(name).uint8s(name: name) }
    func shape(_ name: String) throws -> [Int] { try reader.header(name).shape }
}

/// The Euclidean distance of two lists over the length of the expected one.
func relativeDistance(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let distance = zip(found, expected).reduce(0.0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
    let length = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (distance / max(length, 1e-30)).squareRoot()
}

/// The largest difference of two lists, absolute for numbers below 1 and relative above.
func largestDifference(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0.0) {
        max($0, Double(abs($1.0 - $1.1)) / max(1, Double(abs($1.1))))
    }
}
