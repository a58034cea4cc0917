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
    private let samples: Int
    private let context: any DrawingContext
    private let drawn: Target
    private let resolved: Target?

    /// A framebuffer object and its picture.
    private struct Target {
        var framebuffer: GLuint = 0
        var picture: GLuint = 0

        init(_ gl: GLFunctions, _ width: Int, _ height: Int, samples: Int) throws(DrawingError) {
            gl.genFramebuffers(1, &framebuffer)
            gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), framebuffer)
            gl.genRenderbuffers(1, &picture)
            gl.bindRenderbuffer(GLenum(GL_RENDERBUFFER), picture)
            gl.renderbufferStorageMultisample(
                GLenum(GL_RENDERBUFFER), GLsizei(samples), GLenum(GL_RGBA8), GLsizei(width),
                GLsizei(height))
            gl.framebufferRenderbuffer(
                GLenum(GL_FRAMEBUFFER), GLenum(GL_COLOR_ATTACHMENT0), GLenum(GL_RENDERBUFFER),
                picture)
            let status = gl.checkFramebufferStatus(GLenum(GL_FRAMEBUFFER))
            guard status == GLenum(GL_FRAMEBUFFER_COMPLETE) else {
                delete(gl)
                throw .framebufferIncomplete(width: width, height: height, status: status)
            }
        }

        func delete(_ gl: GLFunctions) {
            withUnsafePointer(to: framebuffer) { gl.deleteFramebuffers(1, $0) }
            withUnsafePointer(to: picture) { gl.deleteRenderbuffers(1, $0) }
        }
    }

    /// A canvas in the context's memory.
    ///
    /// - Parameters:
    ///   - context: Made current.
    ///   - width: Columns.
    ///   - height: Rows.
    ///   - samples: Samples a pixel, 0 without antialiasing.
    /// - Throws: `DrawingError.framebufferIncomplete`.
    init(
        _ context: any DrawingContext, width: Int, height: Int, samples: Int
    ) throws(DrawingError) {
        try context.makeCurrent()
        self.context = context
        self.width = width
        self.height = height
        self.samples = samples
        let gl = context.gl
        drawn = try Target(gl, width, height, samples: samples)
        resolved = samples > 0 ? try Target(gl, width, height, samples: 0) : nil
        gl.disable(GLenum(GL_DEPTH_TEST))
        gl.disable(GLenum(GL_DITHER))
        gl.disable(GLenum(GL_BLEND))
        gl.shadeModel(GLenum(GL_FLAT))
        gl.enableClientState(GLenum(GL_VERTEX_ARRAY))
        gl.enableClientState(GLenum(GL_COLOR_ARRAY))
        gl.pixelStorei(GLenum(GL_PACK_ALIGNMENT), 1)
        if samples > 0 { gl.enable(GLenum(GL_MULTISAMPLE)) }
    }

    deinit {
        // Without its context the memory is gone anyway.
        guard (try? context.makeCurrent()) != nil else { return }
        drawn.delete(context.gl)
        resolved?.delete(context.gl)
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
        gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), drawn.framebuffer)
        gl.viewport(0, 0, GLsizei(width), GLsizei(height))
        gl.clearColor(
            Float(ground.x) / 255, Float(ground.y) / 255, Float(ground.z) / 255, 1)
        gl.clear(GLbitfield(GL_COLOR_BUFFER_BIT))
        let stride = MemoryLayout<TriangleBatch.Vertex>.stride
        let base = UnsafeRawPointer(triangles.baseAddress)
        gl.vertexPointer(2, GLenum(GL_FLOAT), GLsizei(stride), base)
        gl.colorPointer(
            4, GLenum(GL_UNSIGNED_BYTE), GLsizei(stride), base.map { $0 + 8 })
        gl.drawArrays(GLenum(GL_TRIANGLES), 0, GLsizei(triangles.count))
        if let resolved {
            gl.bindFramebuffer(GLenum(GL_DRAW_FRAMEBUFFER), resolved.framebuffer)
            let (right, top) = (GLint(width), GLint(height))
            gl.blitFramebuffer(
                0, 0, right, top, 0, 0, right, top, GLbitfield(GL_COLOR_BUFFER_BIT),
                GLenum(GL_NEAREST))
            gl.bindFramebuffer(GLenum(GL_FRAMEBUFFER), resolved.framebuffer)
        }
        gl.readPixels(
            0, 0, GLsizei(width), GLsizei(height), GLenum(GL_RGBA), GLenum(GL_UNSIGNED_BYTE),
            pixels)
    }
}
