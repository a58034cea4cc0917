// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// How a batch is cut for several threads, so that no sum depends on how many there are.
///
/// The batch is cut into chunks of a fixed size and the chunks into at most eight runs, one a
/// slot. One task works off a slot's chunks in order and adds to the slot's own gradient; the
/// slots' gradients are then added in order.
struct GradientSlots {
    /// The most slots, and so the most threads that share one batch.
    static let maximum = 8

    /// The examples of a chunk.
    let chunk: Int
    /// The elements of a slot's gradient.
    let width: Int
    private let buffers: [FloatBuffer]

    /// Slots for batches up to a size.
    init(chunk: Int, maximumBatch: Int, width: Int) {
        self.chunk = chunk
        self.width = width
        let slots = Self.slots(chunks: (maximumBatch + chunk - 1) / chunk)
        buffers = (0..<slots).map { _ in FloatBuffer(width) }
    }

    private static func slots(chunks: Int) -> Int { min(maximum, chunks) }

    /// How many slots a batch takes.
    func count(batch: Int) -> Int { Self.slots(chunks: (batch + chunk - 1) / chunk) }

    /// A slot's gradient.
    subscript(slot: Int) -> FloatBuffer { buffers[slot] }

    /// Visits a slot's chunks in order, by the first example and how many there are.
    func forEachChunk(of slot: Int, batch: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
        let chunks = (batch + chunk - 1) / chunk
        let slots = count(batch: batch)
        for index in (slot * chunks / slots)..<((slot + 1) * chunks / slots) {
            let first = index * chunk
            body(first, min(chunk, batch - first))
        }
    }

    /// Writes the sum, `width` elements, of the gradients of the slots that the batch used.
    func reduce(into gradient: UnsafeMutablePointer<Float>, batch: Int, pool: WorkerPool) {
        let slots = count(batch: batch)
        pool.forEachBlock(of: width) { first, count, _ in
            (gradient + first).update(from: buffers[0].at(first), count: count)
            for slot in 1..<max(1, slots) {
                training_add(gradient + first, buffers[slot].at(first), count)
            }
        }
    }
}

extension WorkerPool {
    /// The elements of a block: small enough to stay in a core's cache.
    private static let block = 1 << 15

    /// Cuts a range of elements into blocks of a fixed size and runs a task for each.
    func forEachBlock(of count: Int, _ body: (_ first: Int, _ count: Int, _ block: Int) -> Void) {
        run(Self.blocks(of: count)) { task, _ in
            let first = task * Self.block
            body(first, min(Self.block, count - first), task)
        }
    }

    /// How many blocks a range of elements has.
    static func blocks(of count: Int) -> Int { (count + block - 1) / block }

    /// Cuts the columns of a product into pieces of a fixed width and runs a task for each.
    func forEachPiece(of columns: Int, width: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
        run((columns + width - 1) / width) { task, _ in
            body(task * width, min(width, columns - task * width))
        }
    }
}
