// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Which library draws the observations.
public enum DrawingLibrary: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mesa's drawing into memory (libOSMesa, until Mesa 25.0).
    case osmesa
    /// EGL without a surface (`EGL_MESA_platform_surfaceless`), on a processor or a graphics card.
    case egl

    /// The files to look for, newest interface first.
    var fileNames: [String] {
        switch self {
        case .osmesa: ["libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"]
        case .egl: ["libEGL.so.1", "libEGL.so"]
        }
    }

    /// Debian's package.
    var package: String {
        switch self {
        case .osmesa: "libosmesa6"
        case .egl: "libegl1 and libegl-mesa0"
        }
    }

    /// A new context of this library, current on the calling thread, which alone may use it.
    ///
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    func makeContext() throws(DrawingError) -> any DrawingContext {
        switch self {
        case .osmesa: try OSMesaContext()
        case .egl: try EGLContext()
        }
    }
}

/// Why nothing can be drawn.
public enum DrawingError: Error, Hashable, CustomStringConvertible {
    /// The library is not installed.
    case libraryMissing(DrawingLibrary)
    /// The library is there but cannot be loaded; the reason is the loader's.
    case libraryUnloadable(DrawingLibrary, reason: String)
    /// The library lacks a function.
    case functionMissing(DrawingLibrary, function: String)
    /// The library refused a context.
    case contextRefused(DrawingLibrary, reason: String)
    /// The framebuffer cannot be drawn to.
    case framebufferIncomplete(width: Int, height: Int, status: UInt32)

    /// One line that names the fault and the remedy.
    public var description: String {
        switch self {
        case .libraryMissing(let library):
            "drawing library \(library.fileNames[0]) not found: install \(library.package) "
                + "(apt install)"
        case .libraryUnloadable(let library, let reason):
            if reason.contains("map segment") || reason.contains("memory") {
                "the drawing library cannot be loaded (\(reason)): let the process have more memory "
                    + "(ulimit -v)"
            } else {
                "the drawing library cannot be loaded (\(reason)): install \(library.package) anew, "
                    + "with what it depends on"
            }
        case .functionMissing(let library, let function):
            "\(library.fileNames[0]) has no \(function): install \(library.package) of Mesa "
                + "20 or later"
        case .contextRefused(let library, let reason):
            "\(library.rawValue) gives no drawing context (\(reason)): install "
                + "\(library.package) and libgl1-mesa-dri"
        case .framebufferIncomplete(let width, let height, let status):
            "OpenGL cannot draw to a framebuffer of \(width)x\(height) (status \(status)): "
                + "install another version of Mesa"
        }
    }
}
