// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// How large the activations of V's encoder become on frames of its kind: what 8-bit integers are
/// scaled by.
public struct ActivationRanges: Sendable, Hashable {
    /// For each convolution the activation that 255 stands for; larger ones are held there.
    public let limits: [Float]
    /// The frames that were looked at.
    public let frames: Int
    /// The share of the activations of other frames that are larger than their limit.
    public let saturated: Double

    /// Wraps what was found: four limits above 0 and finite.
    init(limits: [Float], frames: Int, saturated: Double) {
        precondition(Self.areSound(limits), "limits \(limits) of activations")
        self.limits = limits
        self.frames = frames
        self.saturated = saturated
    }

    /// Looks at observations of 64 x 64 x 3 bytes, one after another: the limits are the largest
    /// activations of every second one, and the others show what lies beyond.
    ///
    /// - Returns: nil where there are none.
    /// - Throws: `FrozenModelsError` if V has sizes that cannot drive.
    public init?(
        of parameters: VAEParameters, on observations: [UInt8], kernels: Kernels = .best
    ) throws {
        try Encoder.requireSizes(of: parameters, name: "V")
        let encoder = Float32Encoder(parameters, kernels: kernels)
        let memory = Float32Encoder.Memory(for: encoder, capacity: 1)
        let count = observations.count / Encoder.imageBytes
        guard count > 0 else { return nil }
        var limits = [Float](repeating: 0, count: EncoderLayout.layers.count)
        var (beyond, seen) = (0, 0)
        let output = FloatBuffer(2 * parameters.latentSize)
        func look(
            at frames: StrideTo<Int>, _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
        ) {
            observations.withUnsafeBufferPointer { bytes in
                for frame in frames {
                    withUnsafePointer(to: bytes.baseAddress.map { $0 + frame * Encoder.imageBytes })
                    {
                        $0.withMemoryRebound(to: UnsafePointer<UInt8>.self, capacity: 1) {
                            encoder.encode(
                                UnsafeBufferPointer(start: $0, count: 1), memory,
                                into: output.start)
                        }
                    }
                    for (layer, values) in memory.activations.enumerated() {
                        body(layer, values.elements())
                    }
                }
            }
        }
        look(at: stride(from: 0, to: count, by: 2)) { layer, values in
            var limit = limits[layer]
            for value in values where value > limit { limit = value }
            limits[layer] = limit
        }
        // A layer without a single activation can have any scale.
        limits = limits.map { $0 > 0 && $0.isFinite ? $0 : 1 }
        look(at: stride(from: 1, to: count, by: 2)) { layer, values in
            let limit = limits[layer]
            for value in values where value > limit { beyond += 1 }
            seen += values.count
        }
        self.init(
            limits: limits, frames: count, saturated: Double(beyond) / Double(max(1, seen)))
    }

    private static func areSound(_ limits: [Float]) -> Bool {
        limits.count == EncoderLayout.layers.count && limits.allSatisfy { $0 > 0 && $0.isFinite }
    }
}

extension ActivationRanges {
    private static let limitsKey = "int8.limits"
    private static let framesKey = "int8.frames"
    private static let saturatedKey = "int8.saturated"

    /// What V's file says of them.
    var metadata: [String: String] {
        [
            Self.limitsKey: limits.map { "\($0)" }.joined(separator: " "),
            Self.framesKey: "\(frames)", Self.saturatedKey: "\(saturated)",
        ]
    }

    /// Takes what a file says; nil: it says nothing, as those of version 0.2 and PyTorch's.
    ///
    /// - Throws: `ParameterError.badRanges`.
    init?(metadata: [String: String], name: String) throws(ParameterError) {
        guard let text = metadata[Self.limitsKey] else { return nil }
        let limits = text.split(separator: " ").compactMap { Float($0) }
        guard Self.areSound(limits), limits.count == text.split(separator: " ").count else {
            throw .badRanges(file: name, found: text)
        }
        self.init(
            limits: limits, frames: metadata[Self.framesKey].flatMap { Int($0) } ?? 0,
            saturated: metadata[Self.saturatedKey].flatMap { Double($0) } ?? 0)
    }
}
