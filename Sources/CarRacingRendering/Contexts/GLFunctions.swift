// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COSMesa

/// The OpenGL functions that the painter calls, as the current context's library has them.
struct GLFunctions {
    let viewport: @convention(c) (GLint, GLint, GLsizei, GLsizei) -> Void
    let clearColor: @convention(c) (GLfloat, GLfloat, GLfloat, GLfloat) -> Void
    let clear: @convention(c) (GLbitfield) -> Void
    let enable: @convention(c) (GLenum) -> Void
    let disable: @convention(c) (GLenum) -> Void
    let shadeModel: @convention(c) (GLenum) -> Void
    let enableClientState: @convention(c) (GLenum) -> Void
    let vertexPointer: @convention(c) (GLint, GLenum, GLsizei, UnsafeRawPointer?) -> Void
    let colorPointer: @convention(c) (GLint, GLenum, GLsizei, UnsafeRawPointer?) -> Void
    let loadIdentity: @convention(c) () -> Void
    let translatef: @convention(c) (GLfloat, GLfloat, GLfloat) -> Void
    let drawArrays: @convention(c) (GLenum, GLint, GLsizei) -> Void
    let pixelStorei: @convention(c) (GLenum, GLint) -> Void
    let readPixels:
        @convention(c) (
            GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, UnsafeMutableRawPointer?
        ) -> Void
    let genFramebuffers: @convention(c) (GLsizei, UnsafeMutablePointer<GLuint>) -> Void
    let deleteFramebuffers: @convention(c) (GLsizei, UnsafePointer<GLuint>) -> Void
    let bindFramebuffer: @convention(c) (GLenum, GLuint) -> Void
    let checkFramebufferStatus: @convention(c) (GLenum) -> GLenum
    let framebufferRenderbuffer: @convention(c) (GLenum, GLenum, GLenum, GLuint) -> Void
    let genRenderbuffers: @convention(c) (GLsizei, UnsafeMutablePointer<GLuint>) -> Void
    let deleteRenderbuffers: @convention(c) (GLsizei, UnsafePointer<GLuint>) -> Void
    let bindRenderbuffer: @convention(c) (GLenum, GLuint) -> Void
    let renderbufferStorage: @convention(c) (GLenum, GLenum, GLsizei, GLsizei) -> Void

    /// Looks the functions up.
    ///
    /// - Throws: `DrawingError.functionMissing`.
    init(
        _ library: DrawingLibrary, address: (String) -> UnsafeMutableRawPointer?
    ) throws(DrawingError) {
        func find<Function>(_ name: String) throws(DrawingError) -> Function {
            guard let symbol = address(name) else {
                throw .functionMissing(library, function: name)
            }
            return unsafeBitCast(symbol, to: Function.self)
        }
        viewport = try find("glViewport")
        clearColor = try find("glClearColor")
        clear = try find("glClear")
        enable = try find("glEnable")
        disable = try find("glDisable")
        shadeModel = try find("glShadeModel")
        enableClientState = try find("glEnableClientState")
        vertexPointer = try find("glVertexPointer")
        colorPointer = try find("glColorPointer")
        loadIdentity = try find("glLoadIdentity")
        translatef = try find("glTranslatef")
        drawArrays = try find("glDrawArrays")
        pixelStorei = try find("glPixelStorei")
        readPixels = try find("glReadPixels")
        genFramebuffers = try find("glGenFramebuffers")
        deleteFramebuffers = try find("glDeleteFramebuffers")
        bindFramebuffer = try find("glBindFramebuffer")
        checkFramebufferStatus = try find("glCheckFramebufferStatus")
        framebufferRenderbuffer = try find("glFramebufferRenderbuffer")
        genRenderbuffers = try find("glGenRenderbuffers")
        deleteRenderbuffers = try find("glDeleteRenderbuffers")
        bindRenderbuffer = try find("glBindRenderbuffer")
        renderbufferStorage = try find("glRenderbufferStorage")
    }
}
