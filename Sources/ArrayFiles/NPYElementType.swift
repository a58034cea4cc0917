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
    /// 32-bit whole numbers.
    case int32 = "<i4"
    /// 64-bit whole numbers.
    case int64 = "<i8"
    /// Truth values, a byte each.
    case bool = "|b1"

    /// The size of an element in bytes.
    public var byteCount: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Reads numpy's name of a type; the byte order of single bytes may be given in any way.
    init?(description: String) {
        let isByte = ["u1", "b1"].contains(description.dropFirst())
        let order = description.first
        if isByte, order == "<" || order == ">" || order == "=" {
            self.init(rawValue: "|" + description.dropFirst())
        } else {
            self.init(rawValue: description)
        }
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
