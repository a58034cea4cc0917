// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// A member of a ZIP archive, as the central directory lists it.
struct ZIPMember: Sendable, Hashable {
    var name: String
    var isDeflated: Bool
    var checksum: UInt32
    var compressedByteCount: Int
    var byteCount: Int
    /// Where the member's local header starts.
    var headerOffset: Int
    /// Where members end and the central directory starts.
    var limit: Int
}

/// The layout of ZIP archives: PKWARE's APPNOTE, sections 4.3 and 4.5 (zip64).
enum ZIPLayout {
    static let localSignature: UInt32 = 0x0403_4b50
    static let centralSignature: UInt32 = 0x0201_4b50
    static let endSignature: UInt32 = 0x0605_4b50
    static let zip64EndSignature: UInt32 = 0x0606_4b50
    static let zip64LocatorSignature: UInt32 = 0x0706_4b50
    static let localByteCount = 30
    static let centralByteCount = 46
    static let endByteCount = 22
    static let zip64EndByteCount = 56
    static let zip64LocatorByteCount = 20
    static let zip64ExtraTag: UInt16 = 1
    /// Stands where a 32-bit field's value is in the zip64 record.
    static let see64: UInt32 = .max
    static let stored: UInt16 = 0
    static let deflated: UInt16 = 8
    /// Deflate makes at most 1,032 bytes of one (zlib's technical notes); a bit more for the ends.
    static func largestInflated(_ compressed: Int) -> Int {
        compressed.multipliedReportingOverflow(by: 1032).partialValue &+ 1032
    }
    /// More than 100,000 members of usual names; a larger directory is refused.
    static let directoryLimit = 16 << 20
}

/// Reads the list of members.
struct ZIPDirectory {
    private let source: ByteSource

    init(_ source: ByteSource) {
        self.source = source
    }

    /// All members, in the archive's order.
    func members() throws -> [ZIPMember] {
        let location = try locate()
        guard location.byteCount <= ZIPLayout.directoryLimit else {
            throw source.malformed("its directory takes \(location.byteCount) bytes")
        }
        let bytes = try source.bytes(at: location.offset, count: location.byteCount)
        var members: [ZIPMember] = []
        var position = 0
        while position < bytes.count {
            let (member, length) = try entry(bytes[position...], limit: location.offset)
            members.append(member)
            position += length
        }
        guard members.count == location.memberCount else {
            throw source.malformed(
                "its directory lists \(members.count) members of \(location.memberCount)")
        }
        return members
    }

    private struct Location {
        var offset: Int
        var byteCount: Int
        var memberCount: Int
    }

    private func locate() throws -> Location {
        let tailCount = min(source.byteCount, ZIPLayout.endByteCount + Int(UInt16.max))
        let tailStart = source.byteCount - tailCount
        let tail = try source.bytes(at: tailStart, count: tailCount)
        // The record is last but for a comment, whose length it states.
        let lastStart = tailCount - ZIPLayout.endByteCount
        let start = stride(from: lastStart, through: 0, by: -1).first { start in
            tail.littleEndian(UInt32.self, at: start) == ZIPLayout.endSignature
                && Int(tail.littleEndian(UInt16.self, at: start + 20)) == lastStart - start
        }
        guard let start else {
            throw source.malformed("it is no .npz archive, or its end is missing")
        }
        let count = tail.littleEndian(UInt16.self, at: start + 10)
        let size = tail.littleEndian(UInt32.self, at: start + 12)
        let offset = tail.littleEndian(UInt32.self, at: start + 16)
        var location = Location(
            offset: Int(offset), byteCount: Int(size), memberCount: Int(count))
        var end = tailStart + start
        if count == .max || size == ZIPLayout.see64 || offset == ZIPLayout.see64 {
            (location, end) = try locate64(before: end)
        }
        guard location.offset <= end, location.byteCount == end - location.offset else {
            throw source.malformed("its directory is not where its end says")
        }
        return location
    }

    private func locate64(before end: Int) throws -> (Location, end: Int) {
        let damaged = source.malformed("its zip64 end record is damaged")
        guard end >= ZIPLayout.zip64LocatorByteCount else { throw damaged }
        let locator = try source.bytes(
            at: end - ZIPLayout.zip64LocatorByteCount, count: ZIPLayout.zip64LocatorByteCount)
        guard locator.littleEndian(UInt32.self, at: 0) == ZIPLayout.zip64LocatorSignature,
            let start = Int(exactly: locator.littleEndian(UInt64.self, at: 8)),
            start <= end - ZIPLayout.zip64LocatorByteCount - ZIPLayout.zip64EndByteCount
        else { throw damaged }
        let record = try source.bytes(at: start, count: ZIPLayout.zip64EndByteCount)
        guard record.littleEndian(UInt32.self, at: 0) == ZIPLayout.zip64EndSignature,
            let count = Int(exactly: record.littleEndian(UInt64.self, at: 32)),
            let size = Int(exactly: record.littleEndian(UInt64.self, at: 40)),
            let offset = Int(exactly: record.littleEndian(UInt64.self, at: 48))
        else { throw damaged }
        return (Location(offset: offset, byteCount: size, memberCount: count), start)
    }

    private func entry(
        _ bytes: ArraySlice<UInt8>, limit: Int
    ) throws -> (ZIPMember, byteCount: Int) {
        let damaged = source.malformed("its directory is damaged")
        let fixed = ZIPLayout.centralByteCount
        guard bytes.count >= fixed,
            bytes.littleEndian(UInt32.self, at: 0) == ZIPLayout.centralSignature
        else { throw damaged }
        let nameCount = Int(bytes.littleEndian(UInt16.self, at: 28))
        let extraCount = Int(bytes.littleEndian(UInt16.self, at: 30))
        let total = fixed + nameCount + extraCount + Int(bytes.littleEndian(UInt16.self, at: 32))
        guard bytes.count >= total else { throw damaged }
        let start = bytes.startIndex + fixed
        let name = String(decoding: bytes[start..<start + nameCount], as: UTF8.self)
        // Errors quote names; a control character would break their one line.
        guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw damaged
        }
        guard bytes.littleEndian(UInt16.self, at: 8) & 1 == 0 else {
            throw source.unsupported("\(name) is encrypted")
        }
        let method = bytes.littleEndian(UInt16.self, at: 10)
        guard method == ZIPLayout.stored || method == ZIPLayout.deflated else {
            throw source.unsupported("\(name) is compressed by method \(method), not deflate")
        }
        var extra = ZIP64Extra(
            bytes[start + nameCount..<start + nameCount + extraCount])
        guard let byteCount = extra.value(bytes.littleEndian(UInt32.self, at: 24)),
            let compressed = extra.value(bytes.littleEndian(UInt32.self, at: 20)),
            let offset = extra.value(bytes.littleEndian(UInt32.self, at: 42))
        else { throw damaged }
        let isDeflated = method == ZIPLayout.deflated
        guard compressed <= limit, offset <= limit - compressed,
            isDeflated
                ? byteCount <= ZIPLayout.largestInflated(compressed) : byteCount == compressed
        else {
            throw source.malformed("\(name) cannot have the size that is stated")
        }
        return (
            ZIPMember(
                name: name, isDeflated: isDeflated,
                checksum: bytes.littleEndian(UInt32.self, at: 16),
                compressedByteCount: compressed, byteCount: byteCount, headerOffset: offset,
                limit: limit), total
        )
    }
}

/// The 64-bit values of a directory entry, in the order of the 32-bit fields that refer to them.
struct ZIP64Extra {
    private var words: [UInt64] = []

    init(_ fields: ArraySlice<UInt8>) {
        var rest = fields
        while rest.count >= 4 {
            let tag = rest.littleEndian(UInt16.self, at: 0)
            let count = Int(rest.littleEndian(UInt16.self, at: 2))
            guard rest.count >= 4 + count else { return }
            if tag == ZIPLayout.zip64ExtraTag {
                words = (0..<count / 8).map { rest.littleEndian(UInt64.self, at: 4 + 8 * $0) }
                words.reverse()
                return
            }
            rest = rest.dropFirst(4 + count)
        }
    }

    /// A field's value, from the record if the field refers to it.
    mutating func value(_ field: UInt32) -> Int? {
        field == ZIPLayout.see64 ? words.popLast().flatMap(Int.init(exactly:)) : Int(field)
    }
}
