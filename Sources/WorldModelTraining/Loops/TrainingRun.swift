// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Basics
import Foundation
import SeededRandom
import WorldModel

/// One training run of a model of any kind: epochs of training and measuring, the best model, the
/// schedule of the learning rate, and a state after every epoch from which to go on.
///
/// A run that was stopped and continued ends with the bits of one that was not.
struct TrainingRun<Parameters: ParameterSet> {
    let settings: TrainingSettings
    let files: TrainingFiles
    let dataset: RolloutDataset
    /// What an earlier start has saved; nil: there is nothing to go on with.
    private let saved: (state: TrainingState, file: SafetensorsFile)?
    /// The run's random streams.
    var streams: SeedStreams { SeedStreams(root: settings.seed) }

    private let began = ContinuousClock.now
    private var model: URL { files.model(Parameters.part) }
    private var stateFile: URL { files.state(Parameters.part) }

    /// Opens the recordings, makes the directories and reads what an earlier start has saved.
    ///
    /// - Throws: `TrainingError`, `FileError`, or what `tell` throws.
    init(_ settings: TrainingSettings, _ tell: (TrainingEvent) throws -> Void) throws {
        self.settings = settings
        files = TrainingFiles(logdir: settings.logdir)
        let seed = SeedStreams(root: settings.seed).seed("held-out")
        var index = RecordingIndex(contentsOf: files.index, of: settings.data)
        let found = try RolloutDataset(
            directory: settings.data, heldOutShare: settings.heldOutShare, seed: seed,
            index: &index, threads: settings.threads, tell)
        for file in found.skipped {
            try tell(.skipped(path: file.path, reason: file.reason))
        }
        for note in found.notes { try tell(.noticed(note)) }
        try files.prepare()
        try index.write(to: files.index)
        let state = files.state(Parameters.part)
        let continues =
            settings.reloads
            && FileManager.default.fileExists(atPath: files.model(Parameters.part).path)
        let saved = continues ? try TrainingState.load(state) : nil
        self.saved = saved
        guard let saved else {
            dataset = found
            return
        }
        dataset = try Self.grown(found, from: saved.state, files, path: state.path, settings, seed)
    }

    /// The recordings of a start that goes on: those of the earlier epochs have to be there, and
    /// keep their side of the split.
    ///
    /// - Throws: `TrainingError.recordingChanged` or `.stateDisagrees`.
    private static func grown(
        _ found: RolloutDataset, from state: TrainingState, _ files: TrainingFiles, path: String,
        _ settings: TrainingSettings, _ seed: UInt64
    ) throws -> RolloutDataset {
        let fingerprint = (state.inputs["dataset"]?.latest).map(String.init)
        // A version that kept no list may have noted the split.
        guard let earlier = state.recordings ?? files.split(of: found) else { return found }
        if state.recordings != nil {
            if let (recording, reason) = found.change(of: earlier) {
                throw TrainingError.recordingChanged(
                    path: path, recording: recording, reason: reason)
            }
        } else {
            let known = Set(earlier.map(\.path))
            let old = RolloutDataset.fingerprint(
                of: found.recordings.filter { known.contains($0.path) })
            guard old == fingerprint else {
                throw TrainingError.stateDisagrees(
                    path: path, field: "recordings of fingerprint",
                    found: fingerprint ?? "nothing", expected: old)
            }
        }
        return found.keeping(earlier, heldOutShare: settings.heldOutShare, seed: seed)
    }

    /// The weights to start from: the directory's, if they have the sizes wanted, or PyTorch's
    /// default start; an error names the first difference of what is compared.
    ///
    /// - Throws: `TrainingError.stateDisagrees`, `FileError` or `ParameterError`.
    func start(
        sizes: Parameters.Sizes, compared: [(name: String, value: (Parameters.Sizes) -> Int)]
    ) throws -> Parameters {
        guard isReloading else {
            var generator = streams.generator("\(Parameters.kind)-start")
            return Parameters(randomFrom: &generator, sizes: sizes)
        }
        let parameters = try Parameters(contentsOf: model)
        if parameters.sizes == sizes { return parameters }
        let fields = compared.map { ($0.name, $0.value(parameters.sizes), $0.value(sizes)) }
        let (name, found, expected) = fields.first { $0.1 != $0.2 } ?? fields[0]
        throw TrainingError.stateDisagrees(
            path: model.path, field: name, found: "\(found)", expected: "\(expected)")
    }

    /// Trains until the epochs are complete, or there is no improvement any more.
    ///
    /// `options` are what the weights depend on beside the settings; the model is made when the
    /// directory's state is known to fit them. The recordings, and what `inputs` has fingerprints
    /// of by name, may be others than those of earlier epochs, which is told and noted. Training
    /// ends with the error that `tell` throws; what was saved after the last epoch stays.
    ///
    /// - Throws: `TrainingError`, `FileError`, `ParameterError`, or what `tell` or `make` throws.
    func train<Model: TrainedModel>(
        options: [String: String], inputs: [String: String] = [:],
        _ tell: (TrainingEvent) throws -> Void, _ make: () throws -> Model
    ) throws -> TrainingSummary where Model.Network.Parameters == Parameters {
        let options = options.merging(settings.options) { $1 }
        let inputs = inputs.merging(["dataset": dataset.fingerprint]) { $1 }
        let continues = isReloading
        try saved?.state.require(options, path: stateFile.path)
        let model = try make()
        try ThreadBuffers.require(max(1, settings.threads))
        var state = TrainingState(
            schedule: PlateauSchedule(rate: settings.learningRate), options: options,
            inputs: inputs.mapValues { InputHistory(rawValue: $0) })
        if let saved {
            state = saved.state
            if state.epoch < settings.epochs {
                try take(inputs, &state, model, tell)
            } else {
                try tellWhatIsLeftOut(inputs, state, tell)
            }
            try resume(saved.file, model)
            model.optimiser.steps = state.optimiserSteps
        }
        state.recordings = dataset.earlier
        state.schedule.stopPatience = settings.patience
        try tell(
            .started(
                "\(model.trainingCount) \(Model.unit) to train on, \(model.heldOutCount) held out, "
                    + "\(state.epoch) epochs done"))
        if state.epoch == 0 && continues {
            // A model without a state was put there: only a better one may replace it.
            state.bestLoss = try pass(0, rate: nil, model, tell).loss.total
        }
        var replacesModel = try isForeign(state, continues: saved != nil)
        while state.epoch < settings.epochs && !state.schedule.shouldStop {
            let report = try epoch(&state, model, tell)
            if replacesModel && report.isBest {
                // What no training here has made may be all that somebody has of it, and better.
                let kept = try files.keepAside(Parameters.part)
                try tell(
                    .noticed(
                        "the \(self.model.lastPathComponent) that was there is kept as"
                            + " \(kept.lastPathComponent)"))
                replacesModel = false
            }
            try save(&state, report, model)
            try model.saved(epoch: report.epoch)
            try tell(.epoch(report))
        }
        if state.schedule.shouldStop { try tell(.stoppedEarly(epoch: state.epoch)) }
        let unread = try model.finish(tell)
        return TrainingSummary(
            epochs: state.epoch, bestLoss: state.bestLoss ?? .infinity, model: self.model,
            skippedFiles: dataset.skipped.count + unread)
    }

    /// Takes other recordings or another V than the last epoch's, before the state's weights are
    /// taken up: losses from there on have other examples, so that the best model's is measured
    /// again and the schedule waits anew.
    private func take(
        _ inputs: [String: String], _ state: inout TrainingState, _ model: some TrainedModel,
        _ tell: (TrainingEvent) throws -> Void
    ) throws {
        let fresh = newRecordings(beside: state, inputs)
        let changed = state.take(inputs)
        guard !changed.isEmpty else { return }
        if let fresh {
            try tell(
                .noticed(
                    "\(fresh): epoch \(state.epoch + 1) goes on with them, and those that were there"
                        + " stay on their side of the split"))
        }
        if changed.contains("vae") {
            try tell(
                .noticed(
                    "V has changed: epoch \(state.epoch + 1) goes on with the new one's latents"))
        }
        state.schedule.restart()
        state.bestLoss = try pass(0, rate: nil, model, tell).loss.total
    }

    /// Says what complete epochs have not seen.
    private func tellWhatIsLeftOut(
        _ inputs: [String: String], _ state: TrainingState,
        _ tell: (TrainingEvent) throws -> Void
    ) throws {
        let complete = "but the last epoch, \(state.epoch), is done"
        if let fresh = newRecordings(beside: state, inputs) {
            try tell(.noticed("\(fresh), \(complete): none is trained on"))
        }
        if let vae = state.inputs["vae"], String(vae.latest) != inputs["vae"] {
            try tell(.noticed("V has changed, \(complete), with the latents of the one before"))
        }
    }

    /// How many recordings the last epoch did not have, as text; nil: it had them all.
    private func newRecordings(beside state: TrainingState, _ inputs: [String: String]) -> String? {
        let known = state.inputs["dataset"].map { String($0.latest) }
        guard known != inputs["dataset"] else { return nil }
        let count = dataset.recordings.count
        return (state.recordings?.count).map { "\(count - $0) recordings are new, \(count) in all" }
            ?? "there are new recordings, \(count) in all"
    }

    /// Whether the directory has a model that this training has not written.
    private func isForeign(_ state: TrainingState, continues: Bool) throws -> Bool {
        guard FileManager.default.fileExists(atPath: model.path) else { return false }
        guard continues else { return true }
        // Somebody may have put another in its place.
        guard let hash = state.modelHash else { return false }
        return try hash != LatentStore.fingerprint(vae: model)
    }

    /// Whether the directory's model is to be continued.
    private var isReloading: Bool {
        settings.reloads && FileManager.default.fileExists(atPath: model.path)
    }

    /// Trains one epoch, measures, and takes note of both.
    private func epoch(
        _ state: inout TrainingState, _ model: some TrainedModel,
        _ tell: (TrainingEvent) throws -> Void
    ) throws -> TrainingEpoch {
        let epoch = state.epoch + 1
        let rate = state.schedule.rate
        let trained = try pass(epoch, rate: rate, model, tell)
        let measured = try pass(epoch, rate: nil, model, tell).loss
        let isBest = state.bestLoss.map { measured.total < $0 } ?? true
        state.epoch = epoch
        state.optimiserSteps = model.optimiser.steps
        state.schedule.record(measured.total)
        if isBest { state.bestLoss = measured.total }
        return TrainingEpoch(
            model: Parameters.kind, epoch: epoch, trainingLoss: trained.loss.total,
            heldOutLoss: measured.total, heldOutTerms: measured.terms, learningRate: rate,
            rate: trained.speed, isBest: isBest, seconds: (ContinuousClock.now - began).seconds)
    }

    private func pass<Model: TrainedModel>(
        _ epoch: Int, rate: Double?, _ model: Model, _ tell: (TrainingEvent) throws -> Void
    ) throws -> (loss: MeanLoss, speed: Double) {
        var pass = TrainingPass(
            epoch: epoch, rate: rate, settings: settings,
            total: rate == nil ? model.heldOutCount : model.trainingCount, unit: Model.unit
        ) { notFinite(epoch: epoch, step: $0) }
        let loss = try model.run(&pass, tell)
        guard pass.count > 0 else {
            // All files were sound when the run began.
            throw TrainingError.emptyDataset(
                path: settings.data.path, skipped: dataset.recordings.count, firstReason: nil)
        }
        return (loss, pass.speed)
    }

    /// Takes up a saved state's tensors.
    private func resume(_ file: SafetensorsFile, _ model: some TrainedModel) throws {
        let layout = model.network.layout
        let sets = sets(of: model)
        try TrainingState.check(file, layout, prefixes: sets.keys.sorted(), url: stateFile)
        for (prefix, buffer) in sets {
            layout.load(file.tensors, prefix: prefix, into: buffer)
        }
    }

    /// Writes the best model first: a run that is killed in between repeats the epoch.
    private func save(
        _ state: inout TrainingState, _ report: TrainingEpoch, _ model: some TrainedModel
    ) throws {
        let network = model.network
        guard GradientNorm.norm(network.parameters, pool: network.pool).isFinite else {
            throw notFinite(epoch: report.epoch, step: nil)
        }
        var metadata = [
            "epoch": "\(report.epoch)", "heldOutLoss": "\(report.heldOutLoss)",
            "producer": "worldmodels", "trainingLoss": "\(report.trainingLoss)",
        ].merging(model.sizes.mapValues { "\($0)" }) { $1 }
        for (name, history) in state.inputs where name == "dataset" || history.hasChanged {
            metadata[name] = history.rawValue
        }
        if report.isBest {
            try model.released(network.exported).file(metadata: metadata).write(to: self.model)
            state.modelHash = try LatentStore.fingerprint(vae: self.model)
        }
        var tensors: [String: Tensor] = [:]
        for (prefix, buffer) in sets(of: model) {
            tensors.merge(network.layout.tensors(buffer, prefix: prefix)) { $1 }
        }
        try state.save(to: stateFile, tensors: tensors, metadata: metadata)
        try files.append(report)
    }

    /// What a state keeps by the prefix of its tensors' names.
    private func sets(of model: some TrainedModel) -> [String: FloatBuffer] {
        model.optimiser.moments.merging(["parameter.": model.network.parameters]) { $1 }
    }

    /// The error of an epoch whose loss or weights are no finite numbers; it names what was saved
    /// before that epoch.
    private func notFinite(epoch: Int, step: Int?) -> TrainingError {
        var checkpoint: String?
        if epoch > 1 {
            checkpoint = "\(stateFile.path) of epoch \(epoch - 1)"
        } else if isReloading {
            checkpoint = model.path
        }
        return .notFinite(
            model: Parameters.kind, epoch: epoch, step: step, checkpoint: checkpoint)
    }
}
