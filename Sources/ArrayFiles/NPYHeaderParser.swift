// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A reader of the one Python literal that stands in an NPY header.
///
/// It knows a dictionary of strings, truth values and tuples of whole numbers, nothing more.
struct NPYHeaderParser {
    struct Fields {
        var description: String
        var isFortranOrder: Bool
        var shape: [Int]
    }

    private let text: ArraySlice<UInt8>
    private var position: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    /// The three fields, or nil if the text is anything else.
    mutating func parse() -> Fields? {
        var description: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        guard accept("{") else { return nil }
        while !accept("}") {
            guard let key = string(), accept(":") else { return nil }
            switch key {
            case "descr" where description == nil:
                guard let value = string() ?? list() else { return nil }
                description = value
            case "fortran_order" where isFortranOrder == nil:
                guard let value = truth() else { return nil }
                isFortranOrder = value
            case "shape" where shape == nil:
                guard let value = tuple() else { return nil }
                shape = value
            default: return nil
            }
            if !accept(",") {
                guard accept("}") else { return nil }
                break
            }
        }
        skipSpace()
        guard position == text.endIndex, let description, let isFortranOrder, let shape else {
            return nil
        }
        return Fields(description: description, isFortranOrder: isFortranOrder, shape: shape)
    }

    private mutating func skipSpace() {
        while position < text.endIndex, [0x20, 0x0a, 0x0d, 0x09].contains(text[position]) {
            position += 1
        }
    }

    private mutating func accept(_ token: StaticString) -> Bool {
        skipSpace()
        return token.withUTF8Buffer { expected in
            guard text[position...].starts(with: expected) else { return false }
            position += expected.count
            return true
        }
    }

    private mutating func string() -> String? {
        skipSpace()
        guard position < text.endIndex else { return nil }
        let quote = text[position]
        guard quote == 0x27 || quote == 0x22 else { return nil }
        let start = position + 1
        guard let end = text[start...].firstIndex(of: quote) else { return nil }
        position = end + 1
        // An escape would need unescaping; no name that is readable has one. Control characters
        // would spoil the one line of an error.
        let bytes = text[start..<end]
        guard bytes.count <= 64, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x5c }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The fields of a record, of which no more is told than that it is one.
    private mutating func list() -> String? {
        guard accept("[") else { return nil }
        var depth = 1
        while depth > 0 {
            guard position < text.endIndex else { return nil }
            switch text[position] {
            case 0x5b: depth += 1
            case 0x5d: depth -= 1
            default: break
            }
            position += 1
        }
        return "[...]"
    }

    private mutating func truth() -> Bool? {
        if accept("True") { return true }
        return accept("False") ? false : nil
    }

    private mutating func tuple() -> [Int]? {
        guard accept("(") else { return nil }
        var extents: [Int] = []
        while !accept(")") {
            guard let extent = number() else { return nil }
            extents.append(extent)
            if !accept(",") {
                guard accept(")") else { return nil }
                break
            }
        }
        return extents
    }

    private mutating func number() -> Int? {
        skipSpace()
        let digits = text[position...].prefix { $0 >= 0x30 && $0 <= 0x39 }
        position = digits.endIndex
        // Files of Python 2 mark long numbers.
        defer { _ = accept("L") }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
