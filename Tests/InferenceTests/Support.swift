// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import Testing
import WorldModel

/// What Golden/record.py writes.
struct Golden: Decodable {
    struct Actions: Decodable {
        var linear: [Double]
        var paper: [Double]
    }

    var means: [Double]
    var logSigmas: [Double]
    var hidden: [Double]
    var cell: [Double]
    var control: [String: Actions]

    static func load() throws -> Golden {
        let url = try #require(
            Bundle.module.url(forResource: "torch", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// The hashed indices of `numbers` in Golden/record.py: values in [-bound, bound).
func numbers(_ count: Int, seed: UInt64, bound: Double) -> [Float] {
    (0..<UInt64(count)).map { index in
        var x = (index &* 2_654_435_761 &+ seed &* 40503) & 0xFFFF_FFFF
        x ^= x >> 15
        x = (x &* 2_246_822_519) & 0xFFFF_FFFF
        x ^= x >> 13
        return Float((2 * (Double(x >> 8) * 0x1p-24) - 1) * bound)
    }
}

/// The image of a seed in Golden/record.py.
func image(_ seed: UInt64) -> [UInt8] {
    numbers(Encoder.imageBytes, seed: seed, bound: 1).map { UInt8((Double($0) + 1) * 127.9) }
}

/// What is slow to make in a debug build and the same for every test.
enum Shared {
    static let vae = Result { try goldenVAE() }
    static let mdrnn = Result { try goldenMDRNN() }
    static let encoder = Result { try Encoder(vae.get()) }
    static let recurrence = Result { try RecurrentCell(mdrnn.get()) }
}

/// V with the weights of Golden/record.py; the decoder's are 0.
private func goldenVAE() throws -> VAEParameters {
    var tensors: [String: Tensor] = [:]
    for entry in VAEParameters.specification() { tensors[entry.name] = Tensor(zeros: entry.shape) }
    func fill(_ name: String, _ seed: UInt64, _ bound: Double) throws {
        let shape = try #require(tensors[name]?.shape)
        let count = shape.reduce(1, *)
        tensors[name] = Tensor(shape: shape, values: numbers(count, seed: seed, bound: bound))
    }
    for (layer, channels) in [3, 32, 64, 128].enumerated() {
        let bound = (6 / Double(16 * channels)).squareRoot()
        try fill("encoder.conv\(layer + 1).weight", 10 + UInt64(layer), bound)
        try fill("encoder.conv\(layer + 1).bias", 20 + UInt64(layer), 0.1)
    }
    try fill("encoder.fc_mu.weight", 30, 0.05)
    try fill("encoder.fc_mu.bias", 31, 0.1)
    try fill("encoder.fc_logsigma.weight", 32, 0.05)
    try fill("encoder.fc_logsigma.bias", 33, 0.1)
    return try VAEParameters(tensors: tensors, name: "golden")
}

/// M with the weights of Golden/record.py; the head's are 0.
private func goldenMDRNN() throws -> MDRNNParameters {
    var tensors: [String: Tensor] = [:]
    for entry in MDRNNParameters.specification() {
        tensors[entry.name] = Tensor(zeros: entry.shape)
    }
    let entries: [(String, [Int], UInt64, Double)] = [
        ("rnn.weight_ih_l0", [1024, 35], 40, 0.3), ("rnn.weight_hh_l0", [1024, 256], 41, 0.1),
        ("rnn.bias_ih_l0", [1024], 42, 0.1), ("rnn.bias_hh_l0", [1024], 43, 0.1),
    ]
    for (name, shape, seed, bound) in entries {
        let count = shape.reduce(1, *)
        tensors[name] = Tensor(shape: shape, values: numbers(count, seed: seed, bound: bound))
    }
    return try MDRNNParameters(tensors: tensors, name: "golden")
}

/// Every kind of vector unit that this processor has.
let everyKernels: [Kernels] = Kernels.VectorUnit.allCases.compactMap { Kernels($0) }

/// The size and the place of the worst error.
func worst(_ found: [Float], _ expected: [Double]) -> (error: Double, index: Int) {
    var result = (error: 0.0, index: -1)
    for index in expected.indices {
        let error = abs(Double(found[index]) - expected[index])
        // Written so that a NaN is the worst.
        if !(error <= result.error) { result = (error, index) }
    }
    return result
}
