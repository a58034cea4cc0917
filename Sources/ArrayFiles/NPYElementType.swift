// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The kinds of elements that are read from and written to NPY files.
public enum NPYElementType: String, Sendable, Hashable, CaseIterable {
    /// IEEE half precision.
    case float16 = "<f2"
    /// IEEE single precision.
    case float32 = "<f4"
    /// IEEE double precision.
    case float64 = "<f8"
    /// Bytes.
    case uint8 = "|u1"
    /// Signed bytes.
    case int8 = "|i1"
    /// 16-bit whole numbers.
    case int16 = "<i2"
    /// 32-bit whole numbers.
    case int32 = "<i4"
    /// 64-bit whole numbers.
    case int64 = "<i8"
    /// 16-bit whole numbers from 0.
    case uint16 = "<u2"
    /// 32-bit whole numbers from 0.
    case uint32 = "<u4"
    /// 64-bit whole numbers from 0.
    case uint64 = "<u8"
    /// Truth values, a byte each.
    case bool = "|b1"

    /// The size of an element in bytes.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .float16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether the elements have fractions.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .float64: true
        case .uint8, .int8, .int16, .int32, .int64, .uint16, .uint32, .uint64, .bool: false
        }
    }

    /// Reads numpy's name of a type; gives it with whether its bytes stand in the other order.
    static func reading(_ description: String) -> (type: Self, isBigEndian: Bool)? {
        guard let order = description.first, "<>=|".contains(order) else { return nil }
        let kind = description.dropFirst()
        if let single = Self(rawValue: "|\(kind)") { return (single, false) }
        guard order != "|", let type = Self(rawValue: "<\(kind)") else { return nil }
        return (type, order == ">")
    }

    /// What people call the elements of a type that is not read.
    static func name(ofUnreadable description: String) -> String {
        let kind = description.drop { "<>=|".contains($0) }.first
        let name =
            switch kind {
            case "c": "complex numbers"
            case "f": "floating-point numbers of another size"
            case "U", "S", "a": "text"
            case "O": "Python objects"
            case "M", "m": "dates or times"
            case "V", "[": "records"
            default: "of a type that is not known here"
            }
        return "\(name) (\(description))"
    }
}

/// A Swift type whose arrays are stored in NPY files as they lie in memory.
public protocol NPYElement: BitwiseCopyable, Sendable {
    /// The type's name in the file.
    static var npyElementType: NPYElementType { get }
}

extension Float: NPYElement {
    /// Single precision.
    public static var npyElementType: NPYElementType { .float32 }
}

extension Double: NPYElement {
    /// Double precision.
    public static var npyElementType: NPYElementType { .float64 }
}

extension UInt8: NPYElement {
    /// Bytes.
    public static var npyElementType: NPYElementType { .uint8 }
}

extension Int32: NPYElement {
    /// 32-bit whole numbers.
    public static var npyElementType: NPYElementType { .int32 }
}

extension Int64: NPYElement {
    /// 64-bit whole numbers.
    public static var npyElementType: NPYElementType { .int64 }
}

extension Bool: NPYElement {
    /// Truth values.
    public static var npyElementType: NPYElementType { .bool }
}
