// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation

/// The framing of event files, that of TFRecord: the length in 8 bytes, its checksum in 4, the data,
/// its checksum in 4, little-endian.
enum EventRecords {
    /// A record of some data.
    static func record(_ data: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        length.appendLittleEndian(UInt64(data.count))
        var record = length
        record.appendLittleEndian(CRC32C.masked(length))
        record += data
        record.appendLittleEndian(CRC32C.masked(data))
        return record
    }

    /// The data of the records that are whole, up to the first that is not: what follows a torn
    /// record is no record.
    static func whole(in file: Data) -> [Data] {
        var records: [Data] = []
        var rest = file[...]
        while rest.count >= 16 {
            let length = rest.littleEndian(UInt64.self, at: 0)
            let header = rest.prefix(8)
            guard rest.littleEndian(UInt32.self, at: 8) == CRC32C.masked(header),
                length <= UInt64(rest.count - 16)
            else { break }
            let data = rest.dropFirst(12).prefix(Int(length))
            guard rest.littleEndian(UInt32.self, at: 12 + Int(length)) == CRC32C.masked(data)
            else { break }
            records.append(Data(data))
            rest = rest.dropFirst(16 + Int(length))
        }
        return records
    }
}
