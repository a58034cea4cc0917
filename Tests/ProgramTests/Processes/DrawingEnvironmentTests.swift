// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// Drawing libraries that are broken, and what users have in their environment for others.
@Suite(.inTurn())
struct DrawingEnvironmentTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func film(_ environment: [String: String]) async throws -> Data {
        let file = directory.file("film.gif")
        let process = try ProgramProcess(
            ["env", "play", "--max-steps", "12", "--output", file.path], environment: environment)
        #expect(await process.exitStatus() == 0, "\(environment)")
        defer { try? FileManager.default.removeItem(at: file) }
        return try Data(contentsOf: file)
    }

    @Test func `variables for other programs change no pixel and end nothing`() async throws {
        let expected = try await film([:])
        // Each of the first ones changes or ends the drawing of a process that it reaches.
        for environment in [
            ["GALLIUM_DRIVER": "d3d12"], ["GALLIUM_DRIVER": "softpipe"], ["GALLIUM_NOOP": "1"],
            ["LP_NO_RAST": "1"], ["ST_DEBUG": "wf"],
            ["MESA_GL_VERSION_OVERRIDE": "3.3", "MESA_LOADER_DRIVER_OVERRIDE": "zink"],
            ["MESA_EXTENSION_OVERRIDE": "-GL_ARB_framebuffer_object"],
            ["LP_PERF": "no_rast,no_blend", "LP_NATIVE_VECTOR_WIDTH": "128"],
            ["LIBGL_ALWAYS_SOFTWARE": "0", "GALLIUM_HUD": "fps", "DRAW_USE_LLVM": "0"],
        ] {
            #expect(try await film(environment) == expected, "\(environment)")
        }
    }

    @Test func `a library that cannot be loaded is told in the loader's words`() async throws {
        for name in ["libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"] {
            // No library, though long enough for the header of one.
            try Data(repeating: 0x20, count: 4096).write(to: directory.file(name))
        }
        let output = ["--output", directory.file("film.gif").path]
        for (command, canChoose) in [(["play", "--pretrained"], false), (["env", "play"], true)] {
            let process = try ProgramProcess(
                command + output, environment: ["LD_LIBRARY_PATH": directory.path])
            let lines = await process.lines().joined(separator: "\n")
            #expect(lines.contains("libOSMesa.so.8: invalid ELF header"))
            #expect(lines.contains("--gl") == canChoose)
            #expect(await process.exitStatus() == 1)
        }
    }
}
