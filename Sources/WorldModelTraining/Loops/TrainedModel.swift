// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel

/// A network on preallocated memory whose weights a `TrainingRun` improves.
protocol TrainableNetwork: AnyObject {
    associatedtype Parameters: ParameterSet

    /// Where each tensor lies in `parameters` and `gradient`.
    var layout: FlatLayout { get }
    var parameters: FloatBuffer { get }
    /// The loss's derivative by every weight, of the last batch that was differentiated.
    var gradient: FloatBuffer { get }
    var pool: WorkerPool { get }
    /// The weights in the file's layout.
    var exported: Parameters { get }
}

/// A rule that moves weights against their gradient.
protocol Optimiser: AnyObject {
    /// The running means by the prefix that their tensors' names have in a saved state.
    var moments: [String: FloatBuffer] { get }
    /// The updates so far, where the rule depends on them; else 0.
    var steps: Int { get set }

    /// Moves the weights against their gradient.
    func step(_ parameters: FloatBuffer, gradient: FloatBuffer, rate: Double, pool: WorkerPool)
}

/// What V and M bring to a `TrainingRun`: a network, an optimiser, and how a pass is made.
protocol TrainedModel {
    associatedtype Network: TrainableNetwork
    associatedtype Rule: Optimiser

    var network: Network { get }
    var optimiser: Rule { get }
    /// What the examples are: "images", "sequences".
    static var unit: String { get }
    /// The examples to train on.
    var trainingCount: Int { get }
    /// The examples that are held out.
    var heldOutCount: Int { get }
    /// The sizes that the file's header says.
    var sizes: [String: Int] { get }

    /// Takes the examples of a pass batch by batch and adds each batch's loss to it; where the
    /// pass trains, each batch's gradient is followed by `pass.update`.
    ///
    /// - Throws: What `pass.add` throws.
    func run(
        _ pass: inout TrainingPass, _ tell: (TrainingEvent) throws -> Void
    ) throws -> MeanLoss

    /// The weights as they go into the model's file.
    func released(_ parameters: Network.Parameters) throws -> Network.Parameters

    /// Called when an epoch has been saved.
    ///
    /// - Throws: `FileError`.
    func saved(epoch: Int) throws

    /// Tells at the run's end of files that turned out to be damaged; gives their number.
    ///
    /// - Throws: What `tell` throws.
    func finish(_ tell: (TrainingEvent) throws -> Void) throws -> Int
}

extension TrainedModel {
    func released(_ parameters: Network.Parameters) throws -> Network.Parameters { parameters }
}

/// The mean loss of an example of a pass.
struct MeanLoss {
    /// What is minimised.
    var total: Double
    /// Its terms by name.
    var terms: [String: Double] = [:]
}

/// One pass over the examples: with updates on those to train on, or without on those held out.
struct TrainingPass {
    /// The epoch, from 1; 0 measures what the directory holds.
    let epoch: Int
    /// The learning rate; nil: the held-out part is measured.
    let rate: Double?
    /// Whether the weights are updated.
    var trains: Bool { rate != nil }
    /// The examples so far.
    private(set) var count = 0
    /// The sum of their losses.
    private(set) var sum = 0.0

    private let largestGradient: Double?
    private let notFinite: (_ step: Int?) -> TrainingError
    private var reporter: ProgressReporter
    private var steps = 0

    /// A pass over `total` examples before its first batch; a rate of nil measures.
    ///
    /// `notFinite` is the error of a loss that is no finite number, given the step if one was made.
    init(
        epoch: Int, rate: Double?, settings: TrainingSettings, total: Int, unit: String,
        notFinite: @escaping (_ step: Int?) -> TrainingError
    ) {
        self.epoch = epoch
        self.rate = rate
        self.notFinite = notFinite
        largestGradient = settings.largestGradient
        reporter = ProgressReporter(
            rate == nil ? "measuring" : "training", unit: unit, epoch: epoch,
            epochs: settings.epochs, total: total)
    }

    /// Examples a second so far.
    var speed: Double { reporter.rate }

    /// Moves a network's weights by the gradient of the last batch; nothing when measuring.
    func update(_ network: some TrainableNetwork, _ optimiser: some Optimiser) {
        guard let rate else { return }
        if let largestGradient {
            GradientNorm.clip(network.gradient, to: largestGradient, pool: network.pool)
        }
        optimiser.step(
            network.parameters, gradient: network.gradient, rate: rate, pool: network.pool)
    }

    /// Adds a batch's examples and the sum of their losses.
    ///
    /// - Throws: `TrainingError.notFinite`, or what `tell` throws.
    mutating func add(
        _ loss: Double, of examples: Int, _ tell: (TrainingEvent) throws -> Void
    ) throws {
        steps += 1
        guard loss.isFinite else { throw notFinite(trains ? steps : nil) }
        sum += loss
        count += examples
        try reporter.advance(by: examples, loss: sum / Double(count), tell)
    }
}
