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
    package init(_ count: Int) {
        precondition(count >= 0, "a buffer of \(count) elements")
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        start = memory.initializeMemory(as: Float.self, repeating: 0, count: max(count, 1))
        self.count = count
    }

    deinit { start.deallocate() }

    /// The place of the element of an index, at most the count.
    package func at(_ offset: Int) -> UnsafeMutablePointer<Float> { start + offset }

    /// Sets so many elements from the start to 0; nil means all.
    package func clear(_ count: Int? = nil) {
        start.update(repeating: 0, count: count ?? self.count)
    }

    /// So many elements from one on; nil means all from there.
    package func elements(
        _ count: Int? = nil, from offset: Int = 0
    ) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: start + offset, count: count ?? self.count - offset)
    }

    /// All elements, copied.
    package var values: [Float] { Array(elements()) }
}
