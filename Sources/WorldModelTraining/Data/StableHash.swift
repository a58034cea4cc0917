// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A 64-bit FNV-1a hash, the same in every process; it finds changes, not forgeries.
struct StableHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Takes in a text and its end.
    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xff)
    }

    /// Takes in bytes.
    mutating func combine(_ bytes: Data) {
        for byte in bytes { combine(byte) }
    }

    private mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// Sixteen hexadecimal digits.
    var text: String { String(format: "%016llx", state) }
}
