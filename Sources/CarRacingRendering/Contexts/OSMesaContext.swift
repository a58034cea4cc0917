// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa

/// A context of Mesa's off-screen library.
final class OSMesaContext: DrawingContext {
    private typealias GetProcAddress =
        @convention(c) (UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
    private typealias CreateContext =
        @convention(c) (GLenum, GLint, GLint, GLint, OpaquePointer?) -> OpaquePointer?
    private typealias MakeCurrent =
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, GLenum, GLsizei, GLsizei
        ) -> GLboolean
    private typealias GetCurrent = @convention(c) () -> OpaquePointer?
    private typealias Destroy = @convention(c) (OpaquePointer) -> Void

    let library = DrawingLibrary.osmesa
    let gl: GLFunctions
    private let owner = ThreadOwner()
    private let context: OpaquePointer
    private let makeCurrentFunction: MakeCurrent
    private let getCurrent: GetCurrent
    private let destroy: Destroy
    /// OSMesa wants a buffer of its own, though the painter draws to framebuffer objects.
    private let ownBuffer: UnsafeMutableRawBufferPointer
    private static let ownSide = 16

    init() throws(DrawingError) {
        let file = try DynamicLibrary(.osmesa)
        let create = try file.function("OSMesaCreateContextExt", as: CreateContext.self)
        let makeCurrent = try file.function("OSMesaMakeCurrent", as: MakeCurrent.self)
        let getProcAddress = try file.function("OSMesaGetProcAddress", as: GetProcAddress.self)
        getCurrent = try file.function("OSMesaGetCurrentContext", as: GetCurrent.self)
        let destroy = try file.function("OSMesaDestroyContext", as: Destroy.self)
        guard let context = create(GLenum(OSMESA_RGBA), 0, 0, 0, nil) else {
            throw .contextRefused(.osmesa, reason: "OSMesaCreateContextExt failed")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.ownSide * Self.ownSide * 4, alignment: 16)
        func giveUp() {
            destroy(context)
            buffer.deallocate()
        }
        let side = GLsizei(Self.ownSide)
        guard
            makeCurrent(context, buffer.baseAddress, GLenum(GL_UNSIGNED_BYTE), side, side) != 0
        else {
            giveUp()
            throw .contextRefused(.osmesa, reason: "OSMesaMakeCurrent failed")
        }
        do throws(DrawingError) {
            gl = try GLFunctions(.osmesa) { getProcAddress($0) }
        } catch {
            giveUp()
            throw error
        }
        self.context = context
        self.destroy = destroy
        makeCurrentFunction = makeCurrent
        ownBuffer = buffer
    }

    deinit {
        destroy(context)
        ownBuffer.deallocate()
    }

    func makeCurrent() throws(DrawingError) {
        owner.check("an OSMesa context")
        guard getCurrent() != context else { return }
        let side = GLsizei(Self.ownSide)
        guard
            makeCurrentFunction(
                context, ownBuffer.baseAddress, GLenum(GL_UNSIGNED_BYTE), side, side) != 0
        else { throw .contextRefused(.osmesa, reason: "OSMesaMakeCurrent failed") }
    }
}
