// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// An array as an NPY file holds it: element type, shape and raw elements in C order.
public struct NPYArray: Sendable, Hashable {
    /// Element type and shape.
    public let header: NPYHeader
    /// The elements, little-endian, in C order; their size is `header.byteCount`.
    public let bytes: [UInt8]

    /// The extent of each axis, outermost first.
    public var shape: [Int] { header.shape }
    /// The type of the elements.
    public var elementType: NPYElementType { header.elementType }

    /// Wraps raw elements, little-endian, in C order.
    public init(header: NPYHeader, bytes: [UInt8]) {
        precondition(
            bytes.count == header.byteCount, "\(header) does not hold \(bytes.count) bytes")
        self.header = header
        self.bytes = bytes
    }

    /// Reads an NPY file.
    ///
    /// - Throws: `FileError` if it cannot be read or is no NPY file.
    public init(contentsOf url: URL) throws {
        let source = try ByteSource(contentsOf: url)
        try self.init(
            fileBytes: source.bytes(at: 0, count: source.byteCount), name: source.name)
    }

    /// Reads the bytes of an NPY file, which errors call `name`.
    ///
    /// - Throws: `FileError` if it is no NPY file or its size is not what its header says.
    public init(fileBytes: [UInt8], name: String) throws {
        guard let text = NPYHeader.textRange(fileBytes), text.count <= NPYHeader.lengthLimit,
            text.upperBound <= fileBytes.count
        else {
            throw FileError.malformed(file: name, reason: "it does not start as an NPY file")
                .naming(
                    formatOf: ByteSource(data: Data(fileBytes), name: name), expected: .npy)
        }
        let header = try NPYHeader(text: fileBytes[text], file: name)
        guard fileBytes.count - text.upperBound == header.byteCount else {
            throw FileError.malformed(
                file: name,
                reason: "shape \(header.shape) takes \(header.byteCount) bytes, "
                    + "\(fileBytes.count - text.upperBound) are there")
        }
        self.init(header, asStored: Array(fileBytes[text.upperBound...]))
    }

    /// Takes the elements as a file of this header has them.
    init(_ header: NPYHeader, asStored bytes: [UInt8]) {
        self.init(
            header: NPYHeader(elementType: header.elementType, shape: header.shape),
            bytes: header.arranged(bytes))
    }
}
