// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CEGL

/// A context of EGL without a surface: Mesa's successor of OSMesa.
final class EGLContext: DrawingContext {
    private typealias Display = UnsafeMutableRawPointer
    private typealias Handle = UnsafeMutableRawPointer
    private typealias GetProcAddress =
        @convention(c) (UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
    private typealias GetPlatformDisplay =
        @convention(c) (EGLenum, UnsafeMutableRawPointer?, UnsafePointer<EGLAttrib>?) -> Display?
    private typealias Initialize =
        @convention(c) (
            Display, UnsafeMutablePointer<EGLint>?, UnsafeMutablePointer<EGLint>?
        ) -> EGLBoolean
    private typealias BindAPI = @convention(c) (EGLenum) -> EGLBoolean
    private typealias ChooseConfig =
        @convention(c) (
            Display, UnsafePointer<EGLint>, UnsafeMutablePointer<Handle?>, EGLint,
            UnsafeMutablePointer<EGLint>
        ) -> EGLBoolean
    private typealias CreateContext =
        @convention(c) (Display, Handle?, Handle?, UnsafePointer<EGLint>?) -> Handle?
    private typealias MakeCurrent =
        @convention(c) (Display, Handle?, Handle?, Handle?) -> EGLBoolean
    private typealias GetCurrent = @convention(c) () -> Handle?
    private typealias Destroy = @convention(c) (Display, Handle) -> EGLBoolean
    private typealias GetError = @convention(c) () -> EGLint

    let library = DrawingLibrary.egl
    let gl: GLFunctions
    private let owner = ThreadOwner()
    private let display: Display
    private let context: Handle
    private let makeCurrentFunction: MakeCurrent
    private let getCurrent: GetCurrent
    private let destroy: Destroy

    init() throws(DrawingError) {
        let file = try DynamicLibrary(.egl)
        let getError = try file.function("eglGetError", as: GetError.self)
        func refused(_ call: String) -> DrawingError {
            .contextRefused(.egl, reason: "\(call) failed with EGL error \(getError())")
        }
        let getDisplay = try file.function("eglGetPlatformDisplay", as: GetPlatformDisplay.self)
        guard let display = getDisplay(EGLenum(EGL_PLATFORM_SURFACELESS_MESA), nil, nil) else {
            throw refused("eglGetPlatformDisplay")
        }
        // A display is shared by all contexts and initialised as often as wanted; it is not
        // terminated, because that would take it from the others.
        guard try file.function("eglInitialize", as: Initialize.self)(display, nil, nil) != 0 else {
            throw refused("eglInitialize")
        }
        guard try file.function("eglBindAPI", as: BindAPI.self)(EGLenum(EGL_OPENGL_API)) != 0
        else { throw refused("eglBindAPI") }
        let wanted = [EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE]
        var configuration: Handle?
        var count: EGLint = 0
        guard
            try file.function("eglChooseConfig", as: ChooseConfig.self)(
                display, wanted, &configuration, 1, &count) != 0, count > 0
        else { throw refused("eglChooseConfig") }
        let create = try file.function("eglCreateContext", as: CreateContext.self)
        guard let context = create(display, configuration, nil, nil) else {
            throw refused("eglCreateContext")
        }
        let makeCurrent = try file.function("eglMakeCurrent", as: MakeCurrent.self)
        destroy = try file.function("eglDestroyContext", as: Destroy.self)
        getCurrent = try file.function("eglGetCurrentContext", as: GetCurrent.self)
        guard makeCurrent(display, nil, nil, context) != 0 else {
            let error = refused("eglMakeCurrent")
            _ = destroy(display, context)
            throw error
        }
        let getProcAddress = try file.function("eglGetProcAddress", as: GetProcAddress.self)
        do throws(DrawingError) {
            gl = try GLFunctions(.egl) { getProcAddress($0) }
        } catch {
            _ = makeCurrent(display, nil, nil, nil)
            _ = destroy(display, context)
            throw error
        }
        self.display = display
        self.context = context
        makeCurrentFunction = makeCurrent
    }

    deinit {
        // A context that is current on its thread would live on.
        if getCurrent() == context { _ = makeCurrentFunction(display, nil, nil, nil) }
        _ = destroy(display, context)
    }

    func makeCurrent() throws(DrawingError) {
        owner.check("an EGL context")
        guard getCurrent() != context else { return }
        guard makeCurrentFunction(display, nil, nil, context) != 0 else {
            throw .contextRefused(.egl, reason: "eglMakeCurrent failed")
        }
    }
}
