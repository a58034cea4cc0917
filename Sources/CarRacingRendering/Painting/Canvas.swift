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
    private let isInterleaved: Bool
    private let context: any DrawingContext
    private var framebuffer: GLuint = 0
    private var picture: GLuint = 0

    /// A canvas in the memory of a context, which is made current.
    ///
    /// Where it is interleaved, the upper half gets the even rows and the lower half the odd ones,
    /// shifted against each other by half a column. The four samples of a 2x2 mean then lie in four
    /// different columns, which near-vertical edges, the most frequent, need.
    ///
    /// - Throws: `DrawingError.framebufferIncomplete`.
    init(
        _ context: any DrawingContext, width: Int, height: Int, isInterleaved: Bool = false
    ) throws(DrawingError) {
        try context.makeCurrent()
        self.context = context
        self.width = width
        self.height = height
        self.isInterleaved = isInterleaved
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

    /// Draws quadrilaterals of four vertices, later ones over earlier ones, over a ground.
    ///
    /// `pixels` gets height x width x 4 bytes, RGBA, the top row first.
    ///
    /// - Throws: `DrawingError` when the context is lost.
    func draw(
        ground: SIMD4<UInt8>, quads: UnsafeBufferPointer<QuadBatch.Vertex>,
        into pixels: UnsafeMutablePointer<UInt32>
    ) throws(DrawingError) {
        try context.makeCurrent()
        let gl = context.gl
        // Several canvases may share a thread's context.
        gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), framebuffer)
        gl.clearColor(
            Float(ground.x) / 255, Float(ground.y) / 255, Float(ground.z) / 255, 1)
        gl.clear(GLbitfield(GL_COLOR_BUFFER_BIT))
        let stride = MemoryLayout<QuadBatch.Vertex>.stride
        let base = UnsafeRawPointer(quads.baseAddress)
        gl.vertexPointer(2, GLenum(GL_FLOAT), GLsizei(stride), base)
        gl.colorPointer(4, GLenum(GL_UNSIGNED_BYTE), GLsizei(stride), base.map { $0 + 8 })
        if isInterleaved {
            drawHalf(from: 0, sign: 1, quads.count)
            drawHalf(from: height / 2, sign: -1, quads.count)
        } else {
            gl.viewport(0, 0, GLsizei(width), GLsizei(height))
            gl.loadIdentity()
            gl.drawArrays(GLenum(GL_QUADS), 0, GLsizei(quads.count))
        }
        gl.readPixels(
            0, 0, GLsizei(width), GLsizei(height), GLenum(GL_RGBA), GLenum(GL_UNSIGNED_BYTE),
            pixels)
    }

    /// Draws every second row of the picture: those a quarter pixel above, or below, its middles.
    private func drawHalf(from row: Int, sign: Float, _ vertices: Int) {
        let gl = context.gl
        gl.viewport(0, GLint(row), GLsizei(width), GLsizei(height / 2))
        gl.loadIdentity()
        // In clip coordinates a column is 2 / width wide, a row of the half 4 / height high.
        gl.translatef(sign * 0.25 * 2 / Float(width), sign * 0.25 * 4 / Float(height), 0)
        gl.drawArrays(GLenum(GL_QUADS), 0, GLsizei(vertices))
    }
}
