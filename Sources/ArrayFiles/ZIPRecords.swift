// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// The records of a ZIP archive as they are written: zip64 throughout, times always 1980-01-01.
enum ZIPRecords {
    /// Version 4.5 of the format is the first with zip64.
    private static let version: UInt16 = 45
    /// Names are UTF-8.
    private static let flags: UInt16 = 0x0800
    /// 1980-01-01 00:00, the earliest there is: equal content makes equal bytes.
    private static let date: UInt16 = 0x0021
    private static let time: UInt16 = 0

    static func local(_ member: ZIPMember) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(ZIPLayout.localSignature)
        appendCommon(member, to: &bytes)
        bytes.appendLittleEndian(UInt16(member.name.utf8.count))
        bytes.appendLittleEndian(UInt16(20))
        bytes += member.name.utf8
        bytes.appendLittleEndian(ZIPLayout.zip64ExtraTag)
        bytes.appendLittleEndian(UInt16(16))
        bytes.appendLittleEndian(UInt64(member.byteCount))
        bytes.appendLittleEndian(UInt64(member.compressedByteCount))
        return bytes
    }

    static func central(_ member: ZIPMember) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(ZIPLayout.centralSignature)
        // Made on Unix, so that the attributes below are a Unix mode: rw-r--r--.
        bytes.appendLittleEndian(UInt16(3) << 8 | version)
        appendCommon(member, to: &bytes)
        bytes.appendLittleEndian(UInt16(member.name.utf8.count))
        bytes.appendLittleEndian(UInt16(28))
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt32(0o100644) << 16)
        bytes.appendLittleEndian(ZIPLayout.see64)
        bytes += member.name.utf8
        bytes.appendLittleEndian(ZIPLayout.zip64ExtraTag)
        bytes.appendLittleEndian(UInt16(24))
        bytes.appendLittleEndian(UInt64(member.byteCount))
        bytes.appendLittleEndian(UInt64(member.compressedByteCount))
        bytes.appendLittleEndian(UInt64(member.headerOffset))
        return bytes
    }

    /// Both end records and the locator between them.
    static func end(members: Int, offset: Int, byteCount: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(ZIPLayout.zip64EndSignature)
        bytes.appendLittleEndian(UInt64(ZIPLayout.zip64EndByteCount - 12))
        bytes.appendLittleEndian(UInt16(3) << 8 | version)
        bytes.appendLittleEndian(version)
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(UInt64(members))
        bytes.appendLittleEndian(UInt64(members))
        bytes.appendLittleEndian(UInt64(byteCount))
        bytes.appendLittleEndian(UInt64(offset))
        bytes.appendLittleEndian(ZIPLayout.zip64LocatorSignature)
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(UInt64(offset + byteCount))
        bytes.appendLittleEndian(UInt32(1))
        bytes.appendLittleEndian(ZIPLayout.endSignature)
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt16.max)
        bytes.appendLittleEndian(UInt16.max)
        bytes.appendLittleEndian(ZIPLayout.see64)
        bytes.appendLittleEndian(ZIPLayout.see64)
        bytes.appendLittleEndian(UInt16(0))
        return bytes
    }

    /// From "version needed" to the sizes, which both kinds of headers share.
    private static func appendCommon(_ member: ZIPMember, to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(version)
        bytes.appendLittleEndian(flags)
        bytes.appendLittleEndian(member.isDeflated ? ZIPLayout.deflated : ZIPLayout.stored)
        bytes.appendLittleEndian(time)
        bytes.appendLittleEndian(date)
        bytes.appendLittleEndian(member.checksum)
        bytes.appendLittleEndian(ZIPLayout.see64)
        bytes.appendLittleEndian(ZIPLayout.see64)
    }
}
