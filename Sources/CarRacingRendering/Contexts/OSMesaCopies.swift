// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa
import Foundation
import Synchronization

/// OSMesa's functions, as one copy of its file has them.
struct OSMesaFunctions {
    let create: @convention(c) (GLenum, GLint, GLint, GLint, OpaquePointer?) -> OpaquePointer?
    let makeCurrent:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, GLenum, GLsizei, GLsizei
        ) -> GLboolean
    let getCurrent: @convention(c) () -> OpaquePointer?
    let getProcAddress: @convention(c) (UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
    let destroy: @convention(c) (OpaquePointer) -> Void

    /// Looks the functions up.
    init(_ file: DynamicLibrary) throws(DrawingError) {
        create = try file.function("OSMesaCreateContextExt")
        makeCurrent = try file.function("OSMesaMakeCurrent")
        getCurrent = try file.function("OSMesaGetCurrentContext")
        getProcAddress = try file.function("OSMesaGetProcAddress")
        destroy = try file.function("OSMesaDestroyContext")
    }
}

/// Gives each thread that draws a copy of OSMesa of its own.
///
/// All contexts of one OSMesa share a rasteriser, which draws for one thread at a time
/// (llvmpipe's `rast_mutex`): with an engine a core the cores would stand in line, 5 % of the time
/// with two and most of it with many. The loader takes a file of another inode for another library, so a
/// copy in memory has a rasteriser to itself; LLVM, which is four fifths of the code, stays shared.
final class OSMesaCopies: Sendable {
    /// The right to draw with a copy, until it is let go of.
    final class Lease {
        let functions: OSMesaFunctions
        /// Which copy it is; 0 is the library itself.
        let number: Int
        private let thread: pthread_t
        private let copies: OSMesaCopies

        fileprivate init(
            _ functions: OSMesaFunctions, number: Int, of copies: OSMesaCopies, thread: pthread_t
        ) {
            self.functions = functions
            self.number = number
            self.copies = copies
            self.thread = thread
        }

        deinit { copies.giveBack(number, of: thread) }
    }

    private struct Copy {
        let file: DynamicLibrary
        let functions: OSMesaFunctions
        /// How many contexts each thread has here.
        var contexts: [pthread_t: Int] = [:]
    }

    /// The process' copies, as many at most as there are processors: more threads than that do not
    /// draw at once, so they share.
    static let shared = OSMesaCopies(limit: max(1, ProcessInfo.processInfo.activeProcessorCount))

    private let copies = Mutex<[Copy]>([])
    private let limit: Int

    /// Begins without any.
    ///
    /// - Parameter limit: The most copies, of which each takes 12 MB.
    init(limit: Int) {
        self.limit = limit
    }

    /// A copy that this thread has already, else one that nobody has, else a new one, else the one
    /// with the fewest threads.
    func lease() throws(DrawingError) -> Lease {
        let thread = pthread_self()
        return try copies.withLock { copies throws(DrawingError) in
            if copies.isEmpty {
                let file = try DynamicLibrary(.osmesa)
                copies.append(Copy(file: file, functions: try OSMesaFunctions(file)))
            }
            let number = choose(from: &copies, for: thread)
            copies[number].contexts[thread, default: 0] += 1
            return Lease(
                copies[number].functions, number: number, of: self, thread: thread)
        }
    }

    private func choose(from copies: inout [Copy], for thread: pthread_t) -> Int {
        if let own = copies.firstIndex(where: { $0.contexts[thread] != nil }) { return own }
        let number =
            copies.indices.min { copies[$0].contexts.count < copies[$1].contexts.count } ?? 0
        guard !copies[number].contexts.isEmpty, copies.count < limit,
            // Where memory cannot be executed as a file, threads share: slower, with the same bits.
            let file = copies[0].file.copy(
                ofFunction: "OSMesaCreateContextExt", name: "libOSMesa.so"),
            let functions = try? OSMesaFunctions(file)
        else { return number }
        copies.append(Copy(file: file, functions: functions))
        return copies.count - 1
    }

    fileprivate func giveBack(_ number: Int, of thread: pthread_t) {
        copies.withLock { copies in
            let left = (copies[number].contexts[thread] ?? 1) - 1
            copies[number].contexts[thread] = left > 0 ? left : nil
        }
    }
}
