// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Memory that keeps its place, aligned to a cache line, for numbers of any kind.
///
/// Unchecked because the memory is shared without a lock: packed weights are written before anyone
/// else can see them, and an engine's working memory stays with its thread.
final class AlignedBytes: @unchecked Sendable {
    /// The first byte.
    let start: UnsafeMutableRawPointer

    /// Takes memory and fills it with zeros.
    init(_ count: Int) {
        precondition(count >= 0, "a buffer of \(count) bytes")
        start = .allocate(byteCount: max(count, 1), alignment: 64)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
    }

    /// Takes memory for numbers and copies them.
    convenience init<Number: BitwiseCopyable>(_ numbers: [Number]) {
        self.init(numbers.count * MemoryLayout<Number>.stride)
        numbers.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress {
                start.copyMemory(from: source, byteCount: bytes.count)
            }
        }
    }

    deinit { start.deallocate() }
}
