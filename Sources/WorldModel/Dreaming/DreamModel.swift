// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// All that dreams need: M whole, and where they begin; shared by all engines of a process.
package struct DreamModel: Sendable {
    /// M's LSTM.
    package let recurrence: RecurrentCell
    /// M's head.
    package let head: DreamHead
    /// Where dreams begin.
    package let starts: DreamStarts
    /// The compiled loops that M was laid out for.
    package let kernels: Kernels

    /// The lengths of z and h.
    package var sizes: ModelSizes { recurrence.sizes }

    /// Lays out M's weights, or shares those of an LSTM that is laid out already; all kernels give
    /// the same bits.
    ///
    /// An error calls the starts' file by its usual name.
    ///
    /// - Throws: `FrozenModelsError` if the sizes are beyond their limits; `DreamStarts.Failure` if
    ///   the starts are of others.
    package init(
        _ parameters: MDRNNParameters, starts: DreamStarts, recurrence: RecurrentCell? = nil,
        kernels: Kernels = .best
    ) throws {
        self.recurrence = try recurrence ?? RecurrentCell(parameters, kernels: kernels)
        head = try DreamHead(parameters, kernels: kernels)
        try starts.check(sizes: self.recurrence.sizes, name: DreamStarts.fileName)
        self.starts = starts
        self.kernels = kernels
    }
}
