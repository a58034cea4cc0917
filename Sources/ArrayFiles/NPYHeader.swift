// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// What stands before the elements in an NPY file: element type and shape.
///
/// Format: numpy's `numpy.lib.format`, versions 1 to 3. Little-endian elements in C order are written;
/// big-endian ones and Fortran order are read too.
public struct NPYHeader: Sendable, Hashable {
    /// The type of the elements.
    public let elementType: NPYElementType
    /// The extent of each axis, outermost first; empty for a scalar.
    public let shape: [Int]

    /// Whether the file's elements have their most significant byte first.
    private(set) var isBigEndian = false
    /// Whether the file's elements go on along the first axis, not the last.
    private(set) var isFortranOrder = false

    /// The longest header that is read; numpy's own are some 128 bytes.
    static let lengthLimit = 65_536
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Describes an array; no extent is negative.
    public init(elementType: NPYElementType, shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "shape \(shape) has a negative extent")
        self.elementType = elementType
        self.shape = shape
    }

    /// The number of elements.
    public var elementCount: Int { shape.reduce(1, *) }

    /// The size of the elements in bytes.
    public var byteCount: Int { elementCount * elementType.byteCount }

    /// All bytes before the first element, as numpy writes them; their number is a multiple of 64.
    ///
    /// Padded to `minimumCount` at least, so that the header can be replaced later.
    func encoded(minimumCount: Int = 0) -> [UInt8] {
        let extents =
            shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        let text =
            "{'descr': '\(elementType.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
        let padded = max(minimumCount, (10 + text.utf8.count + 1 + 63) / 64 * 64)
        precondition(padded - 10 <= Int(UInt16.max), "an NPY header of \(padded) bytes")
        var bytes = Self.magic + [1, 0]
        bytes.appendLittleEndian(UInt16(padded - 10))
        bytes += text.utf8
        bytes += [UInt8](repeating: 0x20, count: padded - bytes.count - 1)
        bytes.append(0x0a)
        return bytes
    }

    /// Where the dictionary lies, by the magic string, version and length; nil in other files.
    static func textRange(_ start: [UInt8]) -> Range<Int>? {
        guard start.count >= 12, start.starts(with: magic) else { return nil }
        switch start[6] {
        case 1: return 10..<10 + Int(start.littleEndian(UInt16.self, at: 8))
        case 2, 3: return 12..<12 + Int(start.littleEndian(UInt32.self, at: 8))
        default: return nil
        }
    }

    /// Reads the dictionary text, the bytes after the length field; errors call the array `file`.
    ///
    /// - Throws: `FileError.malformed` if the text is no header or of an array that cannot be read.
    init(text: ArraySlice<UInt8>, file: String) throws {
        func malformed(_ reason: String) -> FileError { .malformed(file: file, reason: reason) }
        var parser = NPYHeaderParser(text)
        guard let fields = parser.parse() else {
            throw malformed("its NPY header is not a dictionary of descr, fortran_order and shape")
        }
        guard let (type, isBigEndian) = NPYElementType.reading(fields.description) else {
            throw FileError.unsupported(
                file: file,
                reason: "its elements are \(NPYElementType.name(ofUnreadable: fields.description));"
                    + " numbers that are read are float16 to 64, int8 to 64, uint8 to 64 and bool")
        }
        guard fields.shape.count <= 32 else {
            throw malformed("it has \(fields.shape.count) axes")
        }
        guard Self.byteCount(of: fields.shape, elementByteCount: type.byteCount) != nil else {
            throw malformed("its shape \(fields.shape) is too large")
        }
        self.init(elementType: type, shape: fields.shape)
        self.isBigEndian = isBigEndian
        // With one axis or none there is but one order.
        isFortranOrder = fields.isFortranOrder && fields.shape.count > 1
    }

    /// The elements, little-endian and in C order, from as they stand in the file.
    func arranged(_ bytes: [UInt8]) -> [UInt8] {
        let size = elementType.byteCount
        var bytes = bytes
        if isBigEndian {
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<start + size].reverse()
            }
        }
        guard isFortranOrder, !bytes.isEmpty else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        // The element that each C index names, counted as an odometer does.
        let steps = shape.indices.map { shape[..<$0].reduce(size, *) }
        var index = [Int](repeating: 0, count: shape.count)
        var place = 0
        while result.count < bytes.count {
            result += bytes[place..<place + size]
            for axis in shape.indices.reversed() {
                index[axis] += 1
                place += steps[axis]
                if index[axis] < shape[axis] { break }
                place -= steps[axis] * shape[axis]
                index[axis] = 0
            }
        }
        return result
    }

    /// The size of an array; nil if an extent is negative or a product exceeds `Int`.
    static func byteCount(of shape: [Int], elementByteCount: Int) -> Int? {
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        // Zero extents do not excuse an overflow of the others.
        var size = elementByteCount
        for extent in shape where extent != 0 {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            size = product
        }
        return shape.contains(0) ? 0 : size
    }
}
