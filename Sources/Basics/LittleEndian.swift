// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

// Numbers as bytes, least significant byte first, the same on every host and to the last bit.

#if _endian(big)
    #error("arrays of numbers are copied as they lie in memory, which has to be little endian")
#endif

extension RangeReplaceableCollection<UInt8> {
    /// Appends the bytes of a whole number.
    ///
    /// - Parameter word: The number.
    package mutating func appendLittleEndian(_ word: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends the bits of numbers: 4 bytes a `Float`, 8 a `Double`.
    ///
    /// - Parameter numbers: Any values, NaN included.
    package mutating func appendLittleEndian<Number: BinaryFloatingPoint>(
        _ numbers: UnsafeBufferPointer<Number>
    ) {
        append(contentsOf: UnsafeRawBufferPointer(numbers))
    }

    /// Appends the bits of numbers: 4 bytes a `Float`, 8 a `Double`.
    ///
    /// - Parameter numbers: Any values, NaN included.
    package mutating func appendLittleEndian<Number: BinaryFloatingPoint>(_ numbers: [Number]) {
        numbers.withUnsafeBufferPointer { appendLittleEndian($0) }
    }
}

extension ContiguousBytes {
    /// The whole number that stands at an offset.
    ///
    /// - Parameters:
    ///   - type: The number's type.
    ///   - offset: Where it starts, counted from the first byte; the caller has checked that it
    ///     lies within the bytes.
    /// - Returns: The number.
    package func littleEndian<Word: FixedWidthInteger>(_ type: Word.Type, at offset: Int) -> Word {
        withUnsafeBytes { bytes in
            precondition(
                offset >= 0 && offset + MemoryLayout<Word>.size <= bytes.count,
                "\(type) at \(offset) of \(bytes.count) bytes")
            return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
    }

    /// The numbers whose bits these bytes are.
    ///
    /// - Parameter type: `Float` or `Double`.
    /// - Returns: The numbers; nil if the bytes are no whole number of them.
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
