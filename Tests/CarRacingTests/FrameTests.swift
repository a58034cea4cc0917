// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
import Testing

/// Frames against Gymnasium's, in 255ths and in parts of the pixels.
private struct FrameError {
    var mean = 0.0
    var share = 0.0

    init(_ pixels: [UInt8], _ expected: ArraySlice<UInt8>) {
        var sum = 0
        var off = 0
        var worst = 0
        for (index, (ours, theirs)) in zip(pixels, expected).enumerated() {
            let difference = abs(Int(ours) - Int(theirs))
            sum += difference
            worst = index % 3 == 0 ? difference : max(worst, difference)
            if index % 3 == 2 && worst > 10 { off += 1 }
        }
        mean = Double(sum) / Double(pixels.count)
        share = Double(off) / Double(pixels.count / 3)
    }
}

struct FrameTests {
    private static let traces = ["driver_0", "driver_2", "brownian_1", "gas_0", "leave_0"]

    /// Replays a trace and hands out its frames as drawn here.
    private func replay(
        _ name: String, _ painter: Painter, body: ([UInt8], ArraySlice<UInt8>) -> Void
    ) throws {
        let trace = try Trace(name)
        let environment = CarRacingEnvironment(
            rules: Rules(timeLimit: nil), trackSeed: Trace.seed(name))
        func compare(_ step: Int32) throws {
            guard let index = trace.frameSteps.firstIndex(of: step) else { return }
            var pixels = [UInt8](repeating: 0, count: 3 * painter.width * painter.height)
            try pixels.withUnsafeMutableBufferPointer { try painter.draw(environment, into: $0) }
            body(pixels, trace.frame(index))
        }
        try compare(-1)
        for step in 0..<Int(try #require(trace.frameSteps.last) + 1) {
            _ = try environment.step(trace.action(step))
            try compare(Int32(step))
        }
    }

    @Test(
        arguments: traces,
        [(Antialiasing.off, 1.6, 0.045), (Antialiasing.samples4, 0.9, 0.025)])
    func `frames look like Gymnasium's`(
        name: String, limit: (antialiasing: Antialiasing, mean: Double, share: Double)
    ) throws {
        let painter = try Painter(observation: .px96, antialiasing: limit.antialiasing)
        var count = 0
        try replay(name, painter) { pixels, expected in
            let error = FrameError(pixels, expected)
            #expect(error.mean <= limit.mean)
            #expect(error.share <= limit.share)
            count += 1
        }
        #expect(count > 0)
    }

    @Test(arguments: [Antialiasing.off, .samples4])
    func `EGL draws what OSMesa draws`(antialiasing: Antialiasing) throws {
        for name in ["driver_2", "leave_0"] {
            var frames: [[UInt8]] = []
            for library in DrawingLibrary.allCases {
                let painter = try Painter(
                    observation: .px96, antialiasing: antialiasing, library: library)
                try replay(name, painter) { pixels, _ in frames.append(pixels) }
            }
            let half = frames.count / 2
            for (ours, theirs) in zip(frames[..<half], frames[half...]) {
                let worst = zip(ours, theirs).map { abs(Int($0) - Int($1)) }.max()
                #expect(try #require(worst) <= 1)
            }
        }
    }

    @Test(arguments: DrawingLibrary.allCases)
    func `a library that is missing is named with its package`(library: DrawingLibrary) {
        let description = DrawingError.libraryMissing(library).description
        #expect(description.contains(library == .osmesa ? "libosmesa6" : "libegl1"))
        // Not every program that draws has an option for another one.
        #expect(!description.contains("--gl"))
    }

    @Test func `the small observation is the large one, reduced`() throws {
        let large = try Painter(observation: .px96, antialiasing: .off)
        let small = try Painter(observation: .px64, antialiasing: .off)
        let environment = CarRacingEnvironment(trackSeed: 4)
        for _ in 0..<80 {
            _ = try environment.step(Action(steering: 0.1, gas: 0.5, brake: 0))
        }
        var source = [UInt8](repeating: 0, count: 96 * 96 * 3)
        var reduced = [UInt8](repeating: 0, count: 64 * 64 * 3)
        try source.withUnsafeMutableBufferPointer { try large.draw(environment, into: $0) }
        try reduced.withUnsafeMutableBufferPointer { try small.draw(environment, into: $0) }
        let expected = TriangleFilter.reduced(source, from: 96, to: 64)
        let worst = zip(reduced, expected).map { abs(Double($0) - $1) }.max()
        #expect(try #require(worst) <= 2)
    }
}

/// Pillow's `BILINEAR` in plain arithmetic: a triangle as wide as the scale, normalised.
private enum TriangleFilter {
    static func reduced(_ pixels: [UInt8], from side: Int, to target: Int) -> [Double] {
        let scale = Double(side) / Double(target)
        let weights = (0..<target).map { line -> [(Int, Double)] in
            let middle = (Double(line) + 0.5) * scale
            let raw = (0..<side).map { max(0, 1 - abs(Double($0) + 0.5 - middle) / scale) }
            let sum = raw.reduce(0, +)
            return raw.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element / sum) }
        }
        var result = [Double](repeating: 0, count: target * target * 3)
        for row in 0..<target {
            for column in 0..<target {
                for (y, tall) in weights[row] {
                    for (x, wide) in weights[column] {
                        for channel in 0..<3 {
                            result[3 * (row * target + column) + channel] +=
                                tall * wide * Double(pixels[3 * (y * side + x) + channel])
                        }
                    }
                }
            }
        }
        return result
    }
}
