// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa

/// Memory of the drawing library that a picture is drawn to and read from.
///
/// The first row in memory is the picture's top one: the painter's projection points down, so that
/// nothing needs to be turned over.
final class Canvas {
    let width: Int
    let height: Int
    private let context: any DrawingContext
    private var framebuffer: GLuint = 0
    private var picture: GLuint = 0

    /// A canvas in the context's memory.
    ///
    /// - Parameters:
    ///   - context: Made current.
    ///   - width: Columns.
    ///   - height: Rows.
    /// - Throws: `DrawingError.framebufferIncomplete`.
    init(_ context: any DrawingContext, width: Int, height: Int) throws(DrawingError) {
        try context.makeCurrent()
        self.context = context
        self.width = width
        self.height = height
        let gl = context.gl
        gl.genFramebuffers(1, &framebuffer)
        gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), framebuffer)
        gl.genRenderbuffers(1, &picture)
        gl.bindRenderbuffer(GLenum(GL_RENDERBUFFER), picture)
        gl.renderbufferStorage(
            GLenum(GL_RENDERBUFFER), GLenum(GL_RGBA8), GLsizei(width), GLsizei(height))
        gl.framebufferRenderbuffer(
            GLenum(GL_FRAMEBUFFER), GLenum(GL_COLOR_ATTACHMENT0), GLenum(GL_RENDERBUFFER), picture)
        let status = gl.checkFramebufferStatus(GLenum(GL_FRAMEBUFFER))
        guard status == GLenum(GL_FRAMEBUFFER_COMPLETE) else {
            throw .framebufferIncomplete(width: width, height: height, status: status)
        }
        gl.disable(GLenum(GL_DEPTH_TEST))
        gl.disable(GLenum(GL_DITHER))
        gl.disable(GLenum(GL_BLEND))
        gl.disable(GLenum(GL_MULTISAMPLE))
        gl.shadeModel(GLenum(GL_FLAT))
        gl.enableClientState(GLenum(GL_VERTEX_ARRAY))
        gl.enableClientState(GLenum(GL_COLOR_ARRAY))
        gl.pixelStorei(GLenum(GL_PACK_ALIGNMENT), 1)
    }

    deinit {
        // Without its context the memory is gone anyway.
        guard (try? context.makeCurrent()) != nil else { return }
        context.gl.deleteFramebuffers(1, &framebuffer)
        context.gl.deleteRenderbuffers(1, &picture)
    }

    /// Draws triangles over a ground and reads the picture.
    ///
    /// - Parameters:
    ///   - ground: The colour of all that no triangle covers.
    ///   - triangles: Three vertices each; later ones cover earlier ones.
    ///   - pixels: Gets height x width x 4 bytes, RGBA, the top row first.
    /// - Throws: `DrawingError` when the context is lost.
    func draw(
        ground: SIMD4<UInt8>, triangles: UnsafeBufferPointer<TriangleBatch.Vertex>,
        into pixels: UnsafeMutablePointer<UInt32>
    ) throws(DrawingError) {
        try context.makeCurrent()
        let gl = context.gl
        // Several canvases may share a thread's context.
        gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), framebuffer)
        gl.viewport(0, 0, GLsizei(width), GLsizei(height))
        gl.clearColor(
            Float(ground.x) / 255, Float(ground.y) / 255, Float(ground.z) / 255, 1)
        gl.clear(GLbitfield(GL_COLOR_BUFFER_BIT))
        let stride = MemoryLayout<TriangleBatch.Vertex>.stride
        let base = UnsafeRawPointer(triangles.baseAddress)
        gl.vertexPointer(2, GLenum(GL_FLOAT), GLsizei(stride), base)
        gl.colorPointer(4, GLenum(GL_UNSIGNED_BYTE), GLsizei(stride), base.map { $0 + 8 })
        gl.drawArrays(GLenum(GL_TRIANGLES), 0, GLsizei(triangles.count))
        gl.readPixels(
            0, 0, GLsizei(width), GLsizei(height), GLenum(GL_RGBA), GLenum(GL_UNSIGNED_BYTE),
            pixels)
    }
}
