// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Foundation
import SeededRandom
import WorldModel

/// Chooses the moments of recorded episodes at which dreams begin.
///
/// Every second one is an episode's first frame, as where one drives, M's states 0; the others are
/// anywhere in an episode, with what M remembers there of it.
struct DreamStartChoice {
    /// How many starts there are.
    static let count = 1024
    /// The episodes that M is shown at once.
    private static let batch = 64

    let store: LatentStore
    /// The recordings to choose from.
    let recordings: [LatentStore.Recording]

    /// Starts for an M, the same for the same seed.
    ///
    /// - Throws: `FrozenModelsError` if M's sizes are beyond their limits.
    func starts(
        for memory: MDRNNParameters, streams: SeedStreams, vae: String, mdrnn: String
    ) throws -> DreamStarts {
        precondition(!recordings.isEmpty, "dreams of no recordings")
        var generator = streams.generator("dream-starts")
        let moments = (0..<Self.count).map { index in
            let recording = recordings[Int(generator.integer(below: UInt32(recordings.count)))]
            let step = Int(generator.integer(below: UInt32(recording.length)))
            return (row: recording.start, step: index % 2 == 0 ? 0 : step)
        }
        let cell = try RecurrentCell(memory)
        let sizes = cell.sizes
        var (latents, hiddens, cells): ([Float], [Float], [Float]) = ([], [], [])
        let states = RecurrentCell.States(count: Self.batch, sizes: sizes)
        for first in stride(from: 0, to: moments.count, by: Self.batch) {
            let group = moments[first..<min(first + Self.batch, moments.count)]
            for index in 0..<group.count { states.reset(index) }
            for step in 0..<(group.map(\.step).max() ?? 0) {
                let active = group.indices.filter { step < group[$0].step }.map { $0 - first }
                for index in active { place(moments[first + index].row + step, index, states) }
                cell.step(active, states)
            }
            for index in 0..<group.count {
                let moment = moments[first + index]
                place(moment.row + moment.step, index, states)
                latents += states.latentValues(index)
                hiddens += states.hiddenValues(index)
                cells += states.cellValues(index)
            }
        }
        return DreamStarts(
            latents: latents, hiddens: hiddens, cells: cells, sizes: sizes, vae: vae, mdrnn: mdrnn)
    }

    /// What was seen and done in a row becomes what M is shown.
    private func place(_ row: Int, _ index: Int, _ states: RecurrentCell.States) {
        store.withRow(row) { numbers in
            let latent = store.index.latent
            states.latent(index).update(from: numbers, count: latent)
            states.action(index).update(from: numbers + 2 * latent, count: ModelSizes.actions)
        }
    }

    /// Writes the starts for the V and M of a directory, of those of its latents that are of some
    /// recordings.
    ///
    /// - Throws: `FileError`, `ParameterError`, `FrozenModelsError`, `TrainingError`.
    static func write(
        _ store: LatentStore, of paths: Set<String>, files: TrainingFiles, streams: SeedStreams
    ) throws -> URL {
        let recordings = store.index.recordings.filter {
            paths.contains($0.path) && $0.length > 0
        }
        guard !recordings.isEmpty else {
            throw TrainingError.recordingsTooShort(path: files.training.path, steps: 1)
        }
        func digest(_ part: Agent.Part) throws -> String {
            SHA256.digest(try Data(contentsOf: files.model(part))).hexadecimal
        }
        let starts = try DreamStartChoice(store: store, recordings: recordings).starts(
            for: MDRNNParameters(contentsOf: files.model(.mdrnn)), streams: streams,
            vae: digest(.vae), mdrnn: digest(.mdrnn))
        let file = files.logdir.appending(path: DreamStarts.fileName)
        try AtomicFile.write(starts.file.encoded(), to: file)
        return file
    }
}
