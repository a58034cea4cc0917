// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// What Mesa reads from the environment: what a user has there for other programs reaches it only
/// where it cannot change what is drawn, nor end the process.
///
/// Under WSL, for example, people have GALLIUM_DRIVER=d3d12, with which OSMesa crashes;
/// MESA_GL_VERSION_OVERRIDE takes away the functions that are called here, GALLIUM_HUD draws over
/// the observations, and LP_PERF leaves out parts of them.
package enum DrawingEnvironment {
    /// The beginnings of the names that Mesa looks up.
    private static let prefixes = [
        "DRAW_", "GALLIUM_", "GALLIVM_", "LIBGL_", "LP_", "MESA_", "mesa_", "SOFTPIPE_", "ST_",
        "TGSI_",
    ]
    /// What only says where files are, or has Mesa tell more of itself: for those who look for a
    /// fault.
    private static let kept: Set<String> = [
        "GALLIUM_PRINT_OPTIONS", "LIBGL_DEBUG", "LIBGL_DRIVERS_PATH", "MESA_DEBUG", "MESA_LOG",
        "MESA_LOG_FILE", "MESA_LOG_LEVEL", "MESA_SHADER_CACHE_DIR", "MESA_SHADER_CACHE_DISABLE",
    ]
    /// What chooses the processor or a graphics card, which EGL can draw with.
    private static let choices: Set<String> = ["LIBGL_ALWAYS_SOFTWARE"]
    /// The bits of llvmpipe's vectors; 0: as it chooses.
    private static let vectorWidth = Atomic(0)

    /// Has llvmpipe compute in the way that every x86 processor can; called before anything is drawn.
    package static func makePortable() { useVectors(of: 128) }

    /// Has llvmpipe compute with vectors of so many bits, if the processor has them; called before
    /// anything is drawn.
    package static func useVectors(of bits: Int) {
        vectorWidth.store(bits, ordering: .relaxed)
    }

    /// Prepares the environment before a library is loaded, which reads it with its first context.
    static func prepare(for library: DrawingLibrary) {
        for name in ProcessInfo.processInfo.environment.keys
        where prefixes.contains(where: name.hasPrefix) && !kept.contains(name)
            && !(library == .egl && choices.contains(name))
        {
            unsetenv(name)
        }
        if library == .osmesa { setenv("GALLIUM_DRIVER", "llvmpipe", 1) }
        // The rasteriser's own threads would fight with the worker's for the same cores.
        setenv("LP_NUM_THREADS", "0", 1)
        let width = vectorWidth.load(ordering: .relaxed)
        if width > 0 { setenv("LP_NATIVE_VECTOR_WIDTH", "\(width)", 1) }
    }
}
