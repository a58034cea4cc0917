// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// One evaluation that a person's program is asked for.
package struct ObjectiveTask: Sendable, Hashable {
    /// The generation, from 1.
    package var generation: Int
    /// The candidate's index in it, from 0.
    package var candidate: Int
    /// Which of the candidate's evaluations, from 0.
    package var repetition: Int
    /// The seed of whatever is random in it; the same for all candidates of a generation.
    package var seed: UInt64
    /// The candidate's variables.
    package var parameters: [Double]

    /// Collects the parts.
    package init(
        generation: Int, candidate: Int, repetition: Int = 0, seed: UInt64, parameters: [Double]
    ) {
        self.generation = generation
        self.candidate = candidate
        self.repetition = repetition
        self.seed = seed
        self.parameters = parameters
    }

    /// The line that asks for it, as JSON with its newline.
    ///
    /// Each number is the shortest text that reads back to the same bits in double precision.
    ///
    /// - Parameter number: Which of its process's tasks it is, from 1.
    /// - Returns: The line's bytes.
    func line(number: UInt64) -> [UInt8] {
        var text =
            "{\"task\":\(number),\"generation\":\(generation),\"candidate\":\(candidate),"
            + "\"repetition\":\(repetition),\"seed\":\(seed),\"parameters\":["
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { text += "," }
            // Of these JSON has none.
            text += parameter.isFinite ? parameter.description : "null"
        }
        return Array((text + "]}\n").utf8)
    }
}
