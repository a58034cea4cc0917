// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// An array of an archive that is read row by row, a row being one index of the first axis.
///
/// Rows come in order; the memory taken does not depend on the array's size.
public final class NPYRowStream {
    /// Element type and shape of the whole array.
    public let header: NPYHeader
    /// The next row to be read.
    public private(set) var position = 0
    /// The number of rows that are left.
    public var remainingRows: Int { header.rowCount - position }

    private let stream: ZIPMemberStream
    private let name: String

    init(_ stream: ZIPMemberStream, name: String) throws {
        self.stream = stream
        self.name = name
        func malformed(_ reason: String) -> FileError { .malformed(file: name, reason: reason) }
        // As much as decides where the text lies: 12 bytes, of which version 1 has 2 in the text.
        guard stream.remaining >= 12 else { throw malformed("it is too short") }
        var start = try Self.read(12, from: stream)
        guard let text = NPYHeader.textRange(start) else {
            throw malformed("it does not start as an NPY file")
        }
        guard text.count <= NPYHeader.lengthLimit, text.upperBound >= 12,
            text.upperBound - 12 <= stream.remaining
        else { throw malformed("its NPY header takes \(text.count) bytes") }
        start += try Self.read(text.upperBound - 12, from: stream)
        header = try NPYHeader(text: start[text], file: name)
        guard stream.remaining == header.byteCount else {
            throw malformed(
                "shape \(header.shape) takes \(header.byteCount) bytes, \(stream.remaining) are there"
            )
        }
    }

    /// Reads the next rows' raw bytes.
    ///
    /// - Parameters:
    ///   - count: How many rows, at most `remainingRows`.
    ///   - buffer: At least so many times `header.rowByteCount` bytes; filled from its start.
    /// - Throws: `FileError` if the bytes are damaged; the checksum is verified with the last row.
    public func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let size = byteCount(rows: count)
        precondition(buffer.count >= size, "\(count) rows take \(size) bytes, not \(buffer.count)")
        try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
        position += count
    }

    /// Reads the next rows.
    ///
    /// - Parameter count: How many rows, at most `remainingRows`.
    /// - Returns: An array whose first axis is `count`.
    /// - Throws: `FileError` if the bytes are damaged; the checksum is verified with the last row.
    public func read(_ count: Int) throws -> NPYArray {
        let size = byteCount(rows: count)
        let bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
            initialized = size
        }
        position += count
        let shape = [count] + header.shape.dropFirst()
        return NPYArray(
            header: NPYHeader(elementType: header.elementType, shape: shape), bytes: bytes)
    }

    /// Passes over rows.
    ///
    /// Stored rows are passed over at no cost, and the array's checksum is then not verified;
    /// deflated ones have to be inflated.
    ///
    /// - Parameter count: How many rows, at most `remainingRows`.
    /// - Throws: `FileError` if the bytes are damaged.
    public func skip(_ count: Int) throws {
        try stream.skip(byteCount(rows: count))
        position += count
    }

    func readAll(into buffer: UnsafeMutableRawBufferPointer) throws {
        try stream.read(into: buffer)
        position = header.rowCount
    }

    private func byteCount(rows: Int) -> Int {
        precondition(
            rows >= 0 && rows <= remainingRows, "\(rows) rows of \(name), \(remainingRows) are left"
        )
        return rows * header.rowByteCount
    }

    private static func read(_ count: Int, from stream: ZIPMemberStream) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }
}
