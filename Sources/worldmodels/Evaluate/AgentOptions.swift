// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacingRendering
import Foundation
import Rollouts
import WorldModel

/// Which agent drives, and how it computes.
struct AgentOptions: ParsableArguments {
    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String?

    @Flag(help: "Take the agent that comes with the program instead of a run's.")
    var pretrained = false

    @Option(
        help: .init(
            "The share of tiles that makes a lap: 0.95 (v3), or 1 as in the published figures (v0).",
            valueName: "share"))
    var lapCompletePercent = 0.95

    @OptionGroup var controller: ControllerFormOptions

    @Option(
        help: .init(
            "How the edges of what the agent sees look: off, or samples4, which is nearer to "
                + "Gymnasium and slower (default: as in its run).",
            valueName: "kind"))
    var antialiasing: Antialiasing?

    @Option(
        help: .init(
            "Give each track colours of its own, as Gymnasium's domain_randomize does: off or on "
                + "(default: as in its run).",
            valueName: "switch"))
    var domainRandomize: Switch?

    @OptionGroup var computing: ComputingOptions

    @Option(
        help: .init(
            "What V computes in: float32, or int8, which is faster (default: as in its run).",
            valueName: "kind"))
    var precision: Precision?

    func validate() throws {
        if pretrained == (logdir != nil) {
            throw ValidationError("give either --logdir or --pretrained")
        }
        guard (0...1).contains(lapCompletePercent) else {
            throw ValidationError("--lap-complete-percent \(lapCompletePercent): 0 to 1")
        }
    }

    /// What a controller's episodes have in common.
    ///
    /// - Throws: `ControllerFileError` where nobody says a look that is known here.
    func settings(
        of controller: ControllerParameters, in files: AgentFiles
    ) throws -> RolloutSettings {
        RolloutSettings(
            of: controller, lapCompletePercent: lapCompletePercent,
            antialiasing: try antialiasing ?? files.antialiasing,
            domainRandomize: try domainRandomize?.isOn ?? files.domainRandomize,
            precision: files.models.encoder.precision)
    }

    /// The agent.
    ///
    /// - Throws: `InputError` where this build has no agent; what `Agent` throws.
    func files() throws -> AgentFiles {
        let kernels = computing.kernels
        let form = controller.form
        guard let logdir else {
            return try AgentFiles(pretrained: kernels, form: form, precision: precision)
        }
        return try AgentFiles(logdir, kernels: kernels, form: form, precision: precision)
    }
}

/// How rollouts compute.
struct ComputingOptions: ParsableArguments {
    @Flag(
        help: """
            Compute in the way that every x86 processor can, which is slow. The returns are those \
            of the fast ways; this is for checking that.
            """)
    var portable = false

    /// The compiled loops to use; llvmpipe is told to draw in the same spirit.
    var kernels: Kernels {
        guard portable, let kernels = Kernels(.portable) else { return .best }
        DrawingEnvironment.makePortable()
        return kernels
    }
}
