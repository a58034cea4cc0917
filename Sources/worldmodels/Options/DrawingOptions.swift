// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import ArgumentParser
package import Basics
public import CarRacing
public import CarRacingRendering
public import WorldModel

extension DrawingLibrary: ExpressibleByArgument {}
extension Antialiasing: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension ActionSpace: ExpressibleByArgument {}
extension Switch: ExpressibleByArgument {}

/// The options of every command that draws.
struct DrawingOptions: ParsableArguments {
    @Option(help: "What to draw with: osmesa or egl.")
    var gl = DrawingLibrary.osmesa

    @Option(help: "How edges look: off or samples4, which is nearer to Gymnasium and slower.")
    var antialiasing: Antialiasing?
}
