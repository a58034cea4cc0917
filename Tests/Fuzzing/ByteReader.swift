// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Takes an input apart into what a test decides at random; zeros follow its end.
struct ByteReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    /// Whether there is anything left.
    var isEmpty: Bool { bytes.isEmpty }

    /// A byte.
    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// A number below a limit of at most 256.
    mutating func number(below limit: Int) -> Int { Int(byte()) % limit }

    /// A number of eight bytes, the first of which says how many of them follow.
    mutating func word() -> UInt64 {
        (0..<number(below: 9)).reduce(0) { word, _ in word << 8 | UInt64(byte()) }
    }

    /// So many bytes, or as many as there are.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// A text whose length comes first.
    mutating func text() -> String { String(decoding: take(Int(byte())), as: UTF8.self) }
}
