// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Memory for single-precision numbers that keeps its place, aligned to a cache line.
///
/// Unchecked because the memory is shared without a lock: packed weights are written before anyone
/// else can see them, an engine's working memory stays with its thread, and tasks of one
/// `WorkerPool.run` write disjoint parts, and the pool orders one run after another.
package final class FloatBuffer: @unchecked Sendable {
    /// The first element.
    package let start: UnsafeMutablePointer<Float>
    /// The number of elements.
    package let count: Int

    /// Takes memory and fills it with zeros.
    ///
    /// - Parameter count: The number of elements.
    package init(_ count: Int) {
        precondition(count >= 0, "a buffer of \(count) elements")
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        start = memory.initializeMemory(as: Float.self, repeating: 0, count: max(count, 1))
        self.count = count
    }

    deinit { start.deallocate() }

    /// The place of an element.
    ///
    /// - Parameter offset: Its index, at most the count.
    /// - Returns: Its address.
    package func at(_ offset: Int) -> UnsafeMutablePointer<Float> { start + offset }

    /// Sets elements to 0.
    ///
    /// - Parameter count: How many from the start; nil means all.
    package func clear(_ count: Int? = nil) {
        start.update(repeating: 0, count: count ?? self.count)
    }

    /// All elements, copied.
    package var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
