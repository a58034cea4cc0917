// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Foundation
import SeededRandom
import Testing

private var tables: [UnsafePointer<ck_kernels>] {
    [CK_PORTABLE, CK_AVX2, CK_AVX512].compactMap { ck_kernels_of($0) }
}

struct KernelTests {
    @Test func `tanh and exp are accurate everywhere, and the same in every form`() {
        var inputs: [Float] = [0, -0.0, 1e-30, -1e-30, 9, -9, 50, -50, 1e30, -1e30]
        inputs += [.infinity, -.infinity, .leastNonzeroMagnitude]
        for step in -4000...4000 { inputs.append(Float(step) * 0.0051) }
        for table in tables {
            var tangents = inputs
            table.pointee.hyperbolic_tangent(&tangents, inputs.count)
            var powers = inputs
            table.pointee.exponential(&powers, inputs.count)
            for (index, input) in inputs.enumerated() {
                let tangent = tanh(Double(input))
                #expect(
                    abs(Double(tangents[index]) - tangent) <= 2.5e-7 * abs(tangent),
                    "tanh(\(input))")
                // Beyond +-87 exp is held there.
                let power = exp(max(-87, min(87, Double(input))))
                #expect(abs(Double(powers[index]) - power) <= 2.5e-7 * power, "exp(\(input))")
            }
            var first = inputs
            tables[0].pointee.hyperbolic_tangent(&first, inputs.count)
            #expect(first.map(\.bitPattern) == tangents.map(\.bitPattern))
        }
    }

    @Test func `a NaN stays one`() {
        for table in tables {
            var value: [Float] = [.nan, 1]
            table.pointee.hyperbolic_tangent(&value, 2)
            #expect(value[0].isNaN && !value[1].isNaN)
            value = [.nan, 1]
            table.pointee.exponential(&value, 2)
            #expect(value[0].isNaN && !value[1].isNaN)
        }
    }

    @Test func `every chain is rounded once a step, as fma does it`() {
        var generator = PCG64(seed: 9)
        // Magnitudes far apart, subnormal results and exact ties are where an emulation errs.
        func draw() -> Float {
            let exponent = Double(generator.integer(below: 60)) - 30
            return Float(generator.uniform(-1, 1) * exp2(exponent))
        }
        for table in tables {
            let columns = Int(table.pointee.panel_width)
            for length in [1, 2, 17] {
                let row = (0..<length).map { _ in draw() }
                let weights = (0..<(length * columns)).map { _ in draw() }
                var bias = (0..<columns).map { _ in draw() }
                for column in 0..<8 { bias[column] = -row[0] * weights[column] }
                bias[8] = 1
                var out = [Float](repeating: 0, count: columns)
                row.withUnsafeBufferPointer { row in
                    let rows = [row.baseAddress]
                    table.pointee.multiply(rows, 1, length, weights, bias, columns, &out)
                }
                for column in 0..<columns {
                    var sum = bias[column]
                    for index in 0..<length {
                        sum = fma(row[index], weights[index * columns + column], sum)
                    }
                    #expect(sum.bitPattern == out[column].bitPattern, "column \(column)")
                }
            }
        }
    }

    @Test func `bytes become the nearest float of their 255th part`() {
        let bytes = [UInt8](0...255)
        for table in tables {
            var out = [Float](repeating: 0, count: 256)
            table.pointee.unit_range(bytes, &out, 256)
            #expect(out == bytes.map { Float($0) / 255 })
        }
    }
}
