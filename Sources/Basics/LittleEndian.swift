// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

// Numbers as bytes, least significant byte first, the same on every host and to the last bit.

#if _endian(big)
    #error("arrays of numbers are copied as they lie in memory, which has to be little endian")
#endif

extension RangeReplaceableCollection<UInt8> {
    /// Appends the bytes of a whole number.
    package mutating func appendLittleEndian(_ word: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends the bits of numbers, NaN included: 4 bytes a `Float`, 8 a `Double`.
    package mutating func appendLittleEndian<Number: BinaryFloatingPoint>(
        _ numbers: UnsafeBufferPointer<Number>
    ) {
        append(contentsOf: UnsafeRawBufferPointer(numbers))
    }

    /// Appends the bits of numbers, NaN included: 4 bytes a `Float`, 8 a `Double`.
    package mutating func appendLittleEndian<Number: BinaryFloatingPoint>(_ numbers: [Number]) {
        numbers.withUnsafeBufferPointer { appendLittleEndian($0) }
    }
}

extension ContiguousBytes {
    /// The whole number at an offset from the first byte, which has to lie within the bytes.
    package func littleEndian<Word: FixedWidthInteger>(_ type: Word.Type, at offset: Int) -> Word {
        withUnsafeBytes { bytes in
            precondition(
                offset >= 0 && offset + MemoryLayout<Word>.size <= bytes.count,
                "\(type) at \(offset) of \(bytes.count) bytes")
            return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
    }

    /// The `Float`s or `Double`s whose bits these are; nil if they are no whole number of them.
    package func littleEndian<Number: BinaryFloatingPoint>(
        arrayOf type: Number.Type
    ) -> [Number]? {
        withUnsafeBytes { bytes in
            let (count, rest) = bytes.count.quotientAndRemainder(
                dividingBy: MemoryLayout<Number>.size)
            guard rest == 0 else { return nil }
            return [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
                UnsafeMutableRawBufferPointer(numbers).copyMemory(from: bytes)
                initialized = count
            }
        }
    }
}
