// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import Basics

struct LittleEndianTests {
    @Test func `whole numbers stand least significant byte first, at any offset`() {
        var bytes: [UInt8] = [7]
        bytes.appendLittleEndian(UInt16(0x1234))
        bytes.appendLittleEndian(UInt64(0x0102_0304_0506_0708))
        #expect(bytes == [7, 0x34, 0x12, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(bytes.littleEndian(UInt16.self, at: 1) == 0x1234)
        #expect(bytes[1...].littleEndian(UInt64.self, at: 2) == 0x0102_0304_0506_0708)
        #expect(Data(bytes)[3...].littleEndian(UInt32.self, at: 0) == 0x0506_0708)
    }

    @Test func `numbers come back with the same bits`() {
        let floats: [Float] = [0, -0.0, 1.5, .infinity, Float(bitPattern: 0x7fc1_2345)]
        var data = Data()
        data.appendLittleEndian(floats)
        #expect(Array(data[8..<12]) == [0, 0, 0xc0, 0x3f])
        let read = data.littleEndian(arrayOf: Float.self)
        #expect(read?.map(\.bitPattern) == floats.map(\.bitPattern))
        #expect(data[4..<12].littleEndian(arrayOf: Float.self)?.count == 2)
        let doubles = [Double.pi, -.infinity, Double(bitPattern: 0x7ff8_0000_0000_1234)]
        data = Data()
        data.appendLittleEndian(doubles)
        #expect(
            data.littleEndian(arrayOf: Double.self)?.map(\.bitPattern) == doubles.map(\.bitPattern))
    }

    @Test func `bytes that make no whole numbers are none`() {
        #expect(Data([1, 2, 3, 4, 5]).littleEndian(arrayOf: Float.self) == nil)
        #expect(Data([1, 2, 3, 4]).littleEndian(arrayOf: Double.self) == nil)
        #expect(Data().littleEndian(arrayOf: Double.self) == [])
    }
}
