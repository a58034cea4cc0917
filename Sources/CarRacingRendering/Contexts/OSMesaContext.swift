// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa
import Synchronization

/// A context of Mesa's off-screen library.
final class OSMesaContext: DrawingContext {
    let library = DrawingLibrary.osmesa
    let gl: GLFunctions
    private let owner = ThreadOwner()
    private let context: OpaquePointer
    private let lease: OSMesaCopies.Lease
    /// OSMesa wants a buffer of its own, though the painter draws to framebuffer objects.
    private let ownBuffer: UnsafeMutableRawBufferPointer
    private static let ownSide = 16
    private static let making = Mutex(())

    /// Which copy of the library draws here.
    var copy: Int { lease.number }

    /// Makes a context, current on the calling thread.
    ///
    /// - Parameter copies: The copies of the library, one of which it is to draw with.
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    init(from copies: OSMesaCopies = .shared) throws(DrawingError) {
        let lease = try copies.lease()
        let functions = lease.functions
        // Each copy prepares LLVM, which they share, with its first context.
        let made = Self.making.withLock { _ in
            functions.create(GLenum(OSMESA_RGBA), 0, 0, 0, nil).map(UInt.init(bitPattern:))
        }
        guard let context = made.flatMap(OpaquePointer.init(bitPattern:)) else {
            throw .contextRefused(.osmesa, reason: "OSMesaCreateContextExt failed")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.ownSide * Self.ownSide * 4, alignment: 16)
        func giveUp() {
            functions.destroy(context)
            buffer.deallocate()
        }
        let side = GLsizei(Self.ownSide)
        guard
            functions.makeCurrent(
                context, buffer.baseAddress, GLenum(GL_UNSIGNED_BYTE), side, side) != 0
        else {
            giveUp()
            throw .contextRefused(.osmesa, reason: "OSMesaMakeCurrent failed")
        }
        do throws(DrawingError) {
            gl = try GLFunctions(.osmesa) { functions.getProcAddress($0) }
        } catch {
            giveUp()
            throw error
        }
        self.context = context
        self.lease = lease
        ownBuffer = buffer
    }

    deinit {
        lease.functions.destroy(context)
        ownBuffer.deallocate()
    }

    func makeCurrent() throws(DrawingError) {
        owner.check("an OSMesa context")
        guard lease.functions.getCurrent() != context else { return }
        let side = GLsizei(Self.ownSide)
        guard
            lease.functions.makeCurrent(
                context, ownBuffer.baseAddress, GLenum(GL_UNSIGNED_BYTE), side, side) != 0
        else { throw .contextRefused(.osmesa, reason: "OSMesaMakeCurrent failed") }
    }
}
