// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacingRendering
import Digests
import Episodes
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import Rollouts

/// One set of episodes under every form of the loops, width of llvmpipe's vectors and variant of the
/// C library that this processor has: frames, latents, hidden states, actions and returns.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct SameBitsTests {
    #if DEBUG
        private static let steps = 3
    #else
        private static let steps = 30
    #endif

    /// What a child process is told by.
    private static let variable = "WORLDMODELS_SAME_BITS"

    /// Keeps the bits of all that a controller sees and remembers.
    private final class Witness: LockstepPolicy {
        static var usesObservations: Bool { true }
        private let policy: ControllerPolicy
        private var (frames, latents, hidden, actions) = (Data(), Data(), Data(), Data())

        init(_ policy: ControllerPolicy) { self.policy = policy }

        func begin(_ slot: Int, parameters: [Float], stream: PCG64) throws {
            try policy.begin(slot, parameters: parameters, stream: stream)
        }

        func perceive(
            _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
        ) {
            policy.perceive(slots, observations)
            for slot in slots {
                frames.append(observations + slot * Encoder.imageBytes, count: Encoder.imageBytes)
                latents.append(Self.bytes(policy.latent(of: slot)))
            }
        }

        func decide(
            _ slots: UnsafeBufferPointer<Int>, into target: UnsafeMutablePointer<Float>
        ) {
            policy.decide(slots, into: target)
            for slot in slots {
                hidden.append(Self.bytes(policy.hidden(of: slot)))
                actions.append(Self.bytes(UnsafeBufferPointer(start: target + 3 * slot, count: 3)))
            }
        }

        private static func bytes(_ numbers: UnsafeBufferPointer<Float>) -> Data {
            Data(buffer: numbers)
        }

        var digests: [String] {
            [frames, latents, hidden, actions].map { SHA256.digest($0).hexadecimal }
        }
    }

    /// The digests of frames, latents, hidden states and actions, and the returns' bits.
    private static func drive(_ kernels: Kernels, _ precision: Precision) throws -> [String] {
        var generator = PCG64(seed: 31)
        var vae = VAEParameters(randomFrom: &generator)
        let mdrnn = MDRNNParameters(randomFrom: &generator)
        // Random weights hardly react: a pixel more has to be seen in z.
        vae.ranges = try ActivationRanges(
            of: vae, on: (0..<(2 * Encoder.imageBytes)).map { UInt8(truncatingIfNeeded: $0 &* 97) })
        let models = try FrozenModels(
            vae: vae, mdrnn: mdrnn, kernels: kernels, precision: precision)
        let settings = RolloutSettings(latent: .sampled, timeLimit: steps, precision: precision)
        let batch = Shared.batch(3)
        let witness = Witness(
            ControllerPolicy(models, settings.form(), isShared: false, slots: 3))
        let engine = LockstepEngine(
            try CarRacingSlots(count: 3), witness, ScoreSink(), settings.plan)
        var indices = batch.episodes.indices.makeIterator()
        var returns: [UInt64: UInt64] = [:]
        try engine.drive(
            batch, next: { indices.next() },
            onFinished: {
                returns[$0.episode.trackSeed] = try $0.outcome.get().episodeReturn.bitPattern
            })
        let ordered = returns.sorted { $0.key < $1.key }.map { String($0.value, radix: 16) }
        return witness.digests + [ordered.joined(separator: ",")]
    }

    @Test(arguments: Precision.allCases)
    func `every form of the loops gives the same bits`(precision: Precision) throws {
        let expected = try Self.drive(.best, precision)
        #expect(Set(expected).count == expected.count)
        for unit in Kernels.VectorUnit.allCases {
            for integers in Kernels.IntegerUnit.allCases {
                // The two are independent: each is compared once.
                guard precision == .int8 ? unit == .avx2 : integers == .portable,
                    let kernels = Kernels(unit, int8: integers)
                else { continue }
                let found = try Self.drive(kernels, precision)
                #expect(found == expected, "\(kernels.name), \(kernels.int8Name)")
            }
        }
        let other: Precision = precision == .int8 ? .float32 : .int8
        let otherwise = try Self.drive(.best, other)
        #expect(otherwise[0] != expected[0] || otherwise[1] != expected[1])
    }

    /// Prints what a child process was asked for; alone it does nothing.
    @Test func `a process of its own`() throws {
        guard let width = ProcessInfo.processInfo.environment[Self.variable] else { return }
        if let bits = Int(width) { DrawingEnvironment.useVectors(of: bits) }
        for precision in Precision.allCases {
            print("same bits:", precision, try Self.drive(.best, precision).joined(separator: " "))
        }
    }

    private static func child(
        width: String, tunables: String? = nil
    ) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "--testing-library", "swift-testing", "--filter",
            "SameBitsTests/.*a process of its own",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment[variable] = width
        environment["GLIBC_TUNABLES"] = tunables
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = output.split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("same bits:") }
        try #require(lines.count == Precision.allCases.count, "\(output)")
        return lines
    }

    @Test func `llvmpipe's vectors and the C library's variants give the same bits`() throws {
        let expected = try Self.child(width: "as it is")
        for width in ["128", "256", "512"] {
            #expect(try Self.child(width: width) == expected, "llvmpipe \(width)")
        }
        #if arch(x86_64)
            for missing in ["-AVX512F", "-AVX2,-FMA,-FMA4", "-AVX,-AVX2,-FMA,-SSE4_1"] {
                let found = try Self.child(
                    width: "as it is", tunables: "glibc.cpu.hwcaps=\(missing)")
                #expect(found == expected, "\(missing)")
            }
        #endif
    }
}
