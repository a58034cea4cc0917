// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Which library draws the observations.
public enum DrawingLibrary: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mesa's drawing into memory (libOSMesa, until Mesa 25.0).
    case osmesa
    /// EGL without a surface (`EGL_MESA_platform_surfaceless`), on a processor or a graphics card.
    case egl
}
