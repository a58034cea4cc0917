// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import ArgumentParser
public import WorldModel

/// What a controller's file may not say of itself; the original's files cannot.
struct ControllerFormOptions: ParsableArguments {
    @Option(
        help: .init(
            """
            How the controller's outputs become actions, where its file does not say: paper, \
            linear as ctallec/world-models trains, or discrete.
            """, valueName: "mapping"))
    var controllerMapping: ControllerMapping?

    @Option(
        help: .init(
            "What of V's output is z, where the controller's file does not say (mean).",
            valueName: "use"))
    var latent: LatentUse?

    /// What was said.
    var form: ControllerForm { ControllerForm(mapping: controllerMapping, latent: latent) }
}

extension ControllerMapping: ExpressibleByArgument {}
extension LatentUse: ExpressibleByArgument {}

extension ControllerParameters {
    /// The form in words, such as "mapping linear, inputs zh, latent mean".
    var formText: String {
        let layer = shape.hiddenUnits > 0 ? ", hidden layer of \(shape.hiddenUnits)" : ""
        let sizes = shape.sizes
        return "mapping \(mapping.rawValue), inputs \(inputs.rawValue)\(layer), latent "
            + latent.rawValue
            + (sizes == ModelSizes() ? "" : ", z \(sizes.latent), h \(sizes.hidden)")
    }
}
