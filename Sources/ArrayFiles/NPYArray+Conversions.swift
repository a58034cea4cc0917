// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Conversions to Swift arrays.
extension NPYArray {
    /// The elements as single precision; wider types are rounded, true is 1.
    public func floats() -> [Float] {
        NPYArray.floats(bytes, elementType)
    }

    /// Whole little-endian elements as single precision: `floats()` for rows of a stream.
    public static func floats(_ bytes: [UInt8], _ type: NPYElementType) -> [Float] {
        bytes.withUnsafeBytes { raw in
            switch type {
            case .float32: copy(raw, Float.self)
            case .float16: convert(raw, Float16.self) { Float($0) }
            case .float64: convert(raw, Double.self) { Float($0) }
            case .uint8: convert(raw, UInt8.self) { Float($0) }
            case .int8: convert(raw, Int8.self) { Float($0) }
            case .int16: convert(raw, Int16.self) { Float($0) }
            case .int32: convert(raw, Int32.self) { Float($0) }
            case .int64: convert(raw, Int64.self) { Float($0) }
            case .uint16: convert(raw, UInt16.self) { Float($0) }
            case .uint32: convert(raw, UInt32.self) { Float($0) }
            case .uint64: convert(raw, UInt64.self) { Float($0) }
            case .bool: convert(raw, UInt8.self) { $0 == 0 ? 0 : 1 }
            }
        }
    }

    /// The elements as double precision; true is 1.
    public func doubles() -> [Double] {
        bytes.withUnsafeBytes { raw in
            switch elementType {
            case .float64: Self.copy(raw, Double.self)
            case .float16: Self.convert(raw, Float16.self) { Double($0) }
            case .float32: Self.convert(raw, Float.self) { Double($0) }
            case .uint8: Self.convert(raw, UInt8.self) { Double($0) }
            case .int8: Self.convert(raw, Int8.self) { Double($0) }
            case .int16: Self.convert(raw, Int16.self) { Double($0) }
            case .int32: Self.convert(raw, Int32.self) { Double($0) }
            case .int64: Self.convert(raw, Int64.self) { Double($0) }
            case .uint16: Self.convert(raw, UInt16.self) { Double($0) }
            case .uint32: Self.convert(raw, UInt32.self) { Double($0) }
            case .uint64: Self.convert(raw, UInt64.self) { Double($0) }
            case .bool: Self.convert(raw, UInt8.self) { $0 == 0 ? 0 : 1 }
            }
        }
    }

    /// Whether each element is not zero (NaN counts as true, as in numpy).
    public func bools() -> [Bool] {
        switch elementType {
        case .uint8, .int8, .bool: bytes.map { $0 != 0 }
        case .int16, .int32, .int64, .uint16, .uint32, .uint64, .float16, .float32, .float64:
            doubles().map { $0 != 0 }
        }
    }

    /// The elements as bytes; an error calls the array `name`.
    ///
    /// - Throws: `FileError.unsupported` if an element is not a whole number in 0...255.
    public func uint8s(name: String) throws -> [UInt8] {
        switch elementType {
        case .uint8: bytes
        case .bool: bytes.map { $0 == 0 ? 0 : 1 }
        case .int8, .int16, .int32, .int64, .uint16, .uint32, .uint64, .float16, .float32, .float64:
            try doubles().map { value in
                guard let number = UInt8(exactly: value) else {
                    throw FileError.unsupported(
                        file: name, reason: "\(value) is not a whole number from 0 to 255")
                }
                return number
            }
        }
    }

    /// The array as a tensor of single precision.
    public func tensor() -> Tensor {
        Tensor(shape: shape, values: floats())
    }

    static func copy<Element: BitwiseCopyable>(
        _ raw: UnsafeRawBufferPointer, _ type: Element.Type
    ) -> [Element] {
        let count = raw.count / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
            initialized = count
        }
    }

    static func convert<Source: BitwiseCopyable, Element>(
        _ raw: UnsafeRawBufferPointer, _ type: Source.Type, _ body: (Source) -> Element
    ) -> [Element] {
        let size = MemoryLayout<Source>.stride
        return (0..<raw.count / size).map {
            body(raw.loadUnaligned(fromByteOffset: $0 * size, as: Source.self))
        }
    }
}
