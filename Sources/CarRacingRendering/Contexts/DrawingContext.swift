// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// An OpenGL context without a window.
///
/// A context belongs to the thread that made it: OpenGL's current context is a property of the
/// thread, and a Swift task or a serial queue is not one. Whoever draws keeps to that thread and
/// does not suspend between making the context current and the last call; this is asserted.
protocol DrawingContext: AnyObject {
    var library: DrawingLibrary { get }
    var gl: GLFunctions { get }

    /// Makes this context the thread's current one, if it is not yet.
    func makeCurrent() throws(DrawingError)
}
