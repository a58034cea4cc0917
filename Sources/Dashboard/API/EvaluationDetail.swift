// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RunStore

/// An evaluation with the controller that was evaluated.
struct EvaluationDetail: Encodable {
    var generation: Int
    var mean: Double?
    /// The names of the weights' rows: what the controller puts out.
    var outputs: [String]
    /// The names of their columns: what it sees, or the units of its hidden layer.
    var columns: [String]
    /// How many columns there are.
    var inputs: Int
    /// A row for each output: the last layer's weights; none where the parameters are of no form that
    /// the run's settings say.
    var weights: [[Double?]]
    var biases: [Double?]

    init(_ record: EvaluationRecord, settings: [(name: String, value: String)]) {
        generation = record.generation
        mean = record.mean.finite
        let form = ControllerNames(settings)
        let values = record.parameters.map { Double($0).finite }
        guard let last = form.lastLayer(of: values.count) else {
            (outputs, columns, inputs, weights, biases) = ([], [], 0, [], [])
            return
        }
        outputs = form.outputs
        columns = form.columns
        inputs = columns.count
        let (rows, inner) = (outputs.count, inputs)
        weights = (0..<rows).map { row in
            Array(values[(last + row * inner)..<(last + (row + 1) * inner)])
        }
        biases = Array(values.suffix(rows))
    }
}

/// What a controller's numbers are called, by the settings of its run.
private struct ControllerNames {
    let outputs: [String]
    /// What it sees.
    private let inputs: [String]
    private let hiddenUnits: Int

    /// Runs of earlier versions do not say what was then the only size.
    init(_ settings: [(name: String, value: String)]) {
        func value(_ name: String) -> String? { settings.first { $0.name == name }?.value }
        func number(_ name: String, _ usual: Int) -> Int {
            // Nothing that a file says takes memory without end.
            value(name).flatMap { Int($0) }.flatMap { (0...4096).contains($0) ? $0 : nil } ?? usual
        }
        let state = number("hidden-size", 256)
        func names(_ letter: String, _ count: Int) -> [String] {
            (0..<count).map { "\(letter) \($0)" }
        }
        var inputs = names("z", number("latent-size", 32))
        let seen = value("controller-inputs") ?? "zh"
        if seen == "zch" { inputs += names("c", state) }
        if seen != "z" { inputs += names("h", state) }
        self.inputs = inputs
        hiddenUnits = number("controller-hidden", 0)
        outputs =
            value("controller-mapping") == "discrete"
            ? ["nothing", "right", "left", "gas", "brake"] : ["steering", "gas", "brake"]
    }

    var columns: [String] {
        hiddenUnits > 0 ? (0..<hiddenUnits).map { "unit \($0)" } : inputs
    }

    /// Where the last layer's weights begin in so many parameters; nil: there are others.
    func lastLayer(of count: Int) -> Int? {
        let first = hiddenUnits > 0 ? hiddenUnits * (inputs.count + 1) : 0
        return count == first + outputs.count * (columns.count + 1) ? first : nil
    }
}
