// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
public import Foundation

/// Writes an .npz archive that `numpy.load` reads.
///
/// The archive appears under its name when `finish()` returns, whole; equal arrays make equal
/// bytes. An array is added at once, or row by row when its length is not known yet; its name goes
/// without ".npy".
public final class NPZWriter {
    /// How arrays are kept.
    public enum Compression: Sendable, Hashable {
        /// As they are: fastest, and rows can be skipped when reading.
        case stored
        /// By zlib's deflate, level 1 (fast) to 9 (small).
        case deflated(level: Int)

        /// Deflated at the level that pays for frames of CarRacing.
        ///
        /// 1,000 frames of 64 x 64, processor time to write and to read, share of the size: level 1
        /// 80 + 30 ms, 10.3 %; level 3 92 + 24 ms, 8.2 %; level 6 237 + 22 ms, 6.6 %.
        public static let deflated = Compression.deflated(level: 3)
    }

    private let file: any ArchiveOutput
    private let compression: Compression
    private var members: [ZIPMember] = []
    private var open: OpenArray?

    private struct OpenArray {
        var name: String
        var elementType: NPYElementType
        var rowShape: [Int]
        var rowByteCount: Int
        var byteCount = 0
        var headerOffset: Int
        var npyOffset: Int
        var checksum = CRC32()
        var deflater: Deflater?
    }

    /// Room for the header of an array whose length is not known yet.
    private static let npyHeaderCount = 256
    /// A deflate block of bytes as they are: its type, the length and the length's complement.
    private static let storedBlockCount = 5

    /// Starts an archive.
    ///
    /// - Throws: `FileError` if the directory is missing or not writable.
    public convenience init(to url: URL, compression: Compression = .deflated) throws {
        self.init(into: try AtomicFile(replacing: url), compression)
    }

    /// Starts an archive in memory, whole when `finish()` returns, of the bytes a file would have.
    package convenience init(to memory: MemoryFile, compression: Compression = .deflated) {
        self.init(into: memory, compression)
    }

    private init(into file: any ArchiveOutput, _ compression: Compression) {
        if case .deflated(let level) = compression {
            precondition((1...9).contains(level), "deflate has no level \(level)")
        }
        self.compression = compression
        self.file = file
    }

    /// Adds an array of values in C order; without a shape it has one axis.
    ///
    /// - Throws: `FileError` if the disk is full or fails.
    public func add<Element: NPYElement>(
        _ name: String, _ values: [Element], shape: [Int]? = nil
    ) throws {
        let shape = shape ?? [values.count]
        precondition(
            shape.reduce(1, *) == values.count, "\(shape) does not hold \(values.count) values")
        try beginRows(name, Element.npyElementType, rowShape: Array(shape.dropFirst()))
        try values.withUnsafeBytes { try append($0) }
        try end(shape: shape)
    }

    /// Starts an array to be given in rows, whose number makes the first axis before `rowShape`.
    ///
    /// - Throws: `FileError` if the disk is full or fails.
    public func beginRows(_ name: String, _ elementType: NPYElementType, rowShape: [Int]) throws {
        precondition(open == nil, "the array \(open?.name ?? "") was not ended")
        precondition(
            !name.isEmpty && name.utf8.count < 60_000
                && !members.contains { $0.name == name + ".npy" },
            "an archive cannot take an array named \"\(name)\" (again)")
        let header = NPYHeader(elementType: elementType, shape: rowShape)
        var array = OpenArray(
            name: name, elementType: elementType, rowShape: rowShape,
            rowByteCount: header.byteCount,
            headerOffset: file.byteCount, npyOffset: 0)
        let blank = ZIPMember(
            name: name + ".npy", isDeflated: compression != .stored, checksum: 0,
            compressedByteCount: 0, byteCount: 0, headerOffset: file.byteCount, limit: 0)
        try file.append(ZIPRecords.local(blank))
        if case .deflated(let level) = compression {
            array.deflater = Deflater(level: level)
            // The NPY header holds the number of rows, which comes last: it lies in a block of its
            // own that is not compressed, so that it can be filled in.
            var block: [UInt8] = [0]
            block.appendLittleEndian(UInt16(Self.npyHeaderCount))
            block.appendLittleEndian(~UInt16(Self.npyHeaderCount))
            try file.append(block)
        }
        array.npyOffset = file.byteCount
        try file.append([UInt8](repeating: 0, count: Self.npyHeaderCount))
        open = array
    }

    /// Appends any number of whole rows, little-endian, in C order, to the array that was started.
    ///
    /// - Throws: `FileError` if the disk is full or fails.
    public func appendRows(_ bytes: UnsafeRawBufferPointer) throws {
        if let open, open.rowByteCount > 0 {
            precondition(
                bytes.count % open.rowByteCount == 0,
                "\(bytes.count) bytes are no whole rows of \(open.rowByteCount)")
        }
        try append(bytes)
    }

    /// Ends the array that was started.
    ///
    /// - Throws: `FileError` if the disk is full or fails.
    public func endRows() throws {
        guard let open else { preconditionFailure("no array was started") }
        let rows = open.rowByteCount == 0 ? 0 : open.byteCount / open.rowByteCount
        try end(shape: [rows] + open.rowShape)
    }

    /// Completes the archive, makes it durable and gives it its name.
    ///
    /// - Throws: `FileError` if the disk is full or fails; nothing is left behind then.
    public func finish() throws {
        // Whoever overlooked a failed write meets it here, not the complaint below.
        try file.append([UInt8]())
        precondition(open == nil, "the array \(open?.name ?? "") was not ended")
        let start = file.byteCount
        for member in members { try file.append(ZIPRecords.central(member)) }
        try file.append(
            ZIPRecords.end(
                members: members.count, offset: start, byteCount: file.byteCount - start))
        try file.commit()
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(open != nil, "no array was started")
        open?.checksum.update(bytes)
        open?.byteCount += bytes.count
        if let deflater = open?.deflater {
            try deflater.write(bytes, isLast: false) { try file.append($0) }
        } else {
            try file.append(bytes)
        }
    }

    private func end(shape: [Int]) throws {
        guard let array = open else { preconditionFailure("no array was started") }
        let npyHeader = NPYHeader(elementType: array.elementType, shape: shape)
        precondition(
            npyHeader.byteCount == array.byteCount,
            "\(npyHeader) does not hold \(array.byteCount) bytes")
        try array.deflater?.write(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) {
            try file.append($0)
        }
        let header = npyHeader.encoded(minimumCount: Self.npyHeaderCount)
        precondition(header.count == Self.npyHeaderCount, "too many axes: \(shape)")
        try file.overwrite(header, at: array.npyOffset)
        var checksum = CRC32()
        header.withUnsafeBytes { checksum.update($0) }
        let blockCount = array.deflater == nil ? 0 : Self.storedBlockCount
        let member = ZIPMember(
            name: array.name + ".npy", isDeflated: array.deflater != nil,
            checksum: checksum.followed(by: array.checksum, count: array.byteCount).value,
            compressedByteCount: file.byteCount - array.npyOffset + blockCount,
            byteCount: header.count + array.byteCount, headerOffset: array.headerOffset,
            limit: array.headerOffset)
        try file.overwrite(ZIPRecords.local(member), at: array.headerOffset)
        members.append(member)
        open = nil
    }
}
