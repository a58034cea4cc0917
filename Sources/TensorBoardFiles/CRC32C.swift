// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The Castagnoli checksum (polynomial 0x1EDC6F41, reflected), as TFRecord files have it.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
        }
    }

    /// The checksum of bytes.
    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { value, byte in
            value >> 8 ^ table[Int((value ^ UInt32(byte)) & 0xff)]
        }
    }

    /// The checksum as it is stored: rotated and shifted, so that the checksum of data which has one
    /// in it is no special number.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let value = of(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
