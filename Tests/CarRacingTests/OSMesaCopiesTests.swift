// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation
import Synchronization
import Testing

@testable import CarRacingRendering

/// Threads that draw at once, each with a rasteriser of its own.
struct OSMesaCopiesTests {
    @Test func `two threads draw with two copies of the library, the same to the bit`() throws {
        let copies = OSMesaCopies(limit: 2)
        let first = Drawing(copies)
        let second = Drawing(copies)
        // Both contexts are there before either thread ends.
        first.finished.wait()
        second.finished.wait()
        defer {
            first.mayEnd.signal()
            second.mayEnd.signal()
        }
        let one = try #require(first.outcome.withLock { $0 }).get()
        let other = try #require(second.outcome.withLock { $0 }).get()
        #expect(one.copies[0] != other.copies[0])
        #expect(one.copies[0] == one.copies[1], "a thread's contexts stay with one copy")
        #expect(one.frame == other.frame)
        #expect(Set(one.frame).count > 10, "something is drawn")
        let third = Drawing(copies)
        third.finished.wait()
        third.mayEnd.signal()
        let last = try #require(third.outcome.withLock { $0 }).get()
        #expect([0, 1].contains(last.copies[0]), "more threads than copies share")
        #expect(last.frame == one.frame)
    }
}

/// A thread that makes two contexts, draws, and stays until it may end.
private final class Drawing: Sendable {
    struct Outcome {
        var copies: [Int]
        var frame: [UInt8]
    }

    let outcome = Mutex<Result<Outcome, any Error>?>(nil)
    let finished = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)

    init(_ copies: OSMesaCopies) {
        let thread = Thread { [self] in
            do {
                let contexts = [
                    try OSMesaContext(from: copies), try OSMesaContext(from: copies),
                ]
                let painter = try Painter(
                    observation: .px64, antialiasing: .off, context: contexts[0])
                var frame = [UInt8](repeating: 0, count: ObservationSize.px64.byteCount)
                try frame.withUnsafeMutableBufferPointer { pixels in
                    try painter.draw(CarRacingEnvironment(trackSeed: 7), into: pixels)
                }
                outcome.withLock {
                    $0 = .success(Outcome(copies: contexts.map(\.copy), frame: frame))
                }
                finished.signal()
                mayEnd.wait()
                withExtendedLifetime(contexts) {}
            } catch {
                outcome.withLock { $0 = .failure(error) }
                finished.signal()
            }
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
