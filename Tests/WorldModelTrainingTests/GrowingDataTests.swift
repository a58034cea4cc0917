// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import Testing
import WorldModel

@testable import WorldModelTraining

/// Training goes on where more episodes were recorded meanwhile, into the same directory.
struct GrowingDataTests {
    private func state(_ space: TrainingWorkspace, _ path: String) throws -> TrainingState {
        let url = space.root.appending(path: path)
        return try #require(try TrainingState.load(url)).state
    }

    private func heldOut(_ space: TrainingWorkspace, _ path: String) throws -> Set<String> {
        let recordings = try #require(try state(space, path).recordings)
        return Set(recordings.filter(\.isHeldOut).map(\.path))
    }

    @Test func `V and M go on with more recordings, say so and note what they were trained on`()
        throws
    {
        let space = try TrainingWorkspace(files: 3)
        let small = try RolloutDataset(directory: space.data).fingerprint
        _ = try space.vae("run", epochs: 2).run { _ in }
        _ = try space.mdrnn("run", epochs: 1).run { _ in }
        #expect(try space.metadata("run/training/vae-state.safetensors")["dataset"] == small)

        try space.record(3..<8)
        let large = try RolloutDataset(directory: space.data).fingerprint
        let idle = try space.told { try space.vae("run", epochs: 2).run($0) }
        #expect(
            idle == [
                "5 recordings are new, 8 in all, but the last epoch, 2, is done: none is trained on"
            ])
        let visual = try space.told { try space.vae("run", epochs: 4).run($0) }
        #expect(visual.count == 1 && visual[0].hasPrefix("5 recordings are new, 8 in all: epoch 3"))
        #expect(
            try space.metadata("run/training/vae-state.safetensors")["dataset"]
                == "\(small),\(large)@3")
        let forgotten = try space.told { try space.mdrnn("run", epochs: 1).run($0) }
        #expect(
            forgotten.contains {
                $0
                    == "V has changed, but the last epoch, 1, is done, with the latents of the one"
                    + " before"
            }, "\(forgotten)")
        let memory = try space.told { try space.mdrnn("run", epochs: 3).run($0) }
        #expect(memory.contains { $0.hasPrefix("5 recordings are new, 8 in all: epoch 2") })
        #expect(memory.contains { $0.hasPrefix("V has changed: epoch 2") })
        let metadata = try space.metadata("run/training/mdrnn-state.safetensors")
        #expect(metadata["dataset"] == "\(small),\(large)@2")
        #expect(try #require(metadata["vae"]).hasSuffix("@2"))
        // The next start finds what it knows, and has nothing to say.
        #expect(try space.told { try space.vae("run", epochs: 5).run($0) } == [])
    }

    @Test func `old recordings stay on their side of the split, whatever is added`() throws {
        let space = try TrainingWorkspace(files: 12, length: 1)
        for seed: UInt64 in 0..<8 {
            let all = try RolloutDataset(directory: space.data, heldOutShare: 0.3, seed: seed)
            let few = all.recordings.prefix(5)
            let earlier = few.enumerated().map {
                EarlierRecording($1, isHeldOut: $0 == Int(seed) % 5)
            }
            let grown = all.keeping(earlier, heldOutShare: 0.3, seed: seed)
            #expect(grown.recordings == all.recordings)
            #expect(grown.heldOut.count == 4)
            for recording in earlier {
                #expect(
                    grown.heldOut.contains { $0.path == recording.path } == recording.isHeldOut)
            }
            #expect(all.keeping(all.earlier, heldOutShare: 0.3, seed: seed).heldOut == all.heldOut)
        }
    }

    @Test func `a run that grows ends with the same bits, stopped in between or not`() throws {
        struct Stop: Error {}
        let runs = try (0..<2).map { run in
            let space = try TrainingWorkspace(files: 2)
            _ = try space.vae("run", epochs: 1).run { _ in }
            try space.record(2..<5)
            if run == 1 {
                #expect(throws: Stop.self) {
                    try space.vae("run", epochs: 3).run { event in
                        if case .progress(let progress) = event, progress.epoch == 2 {
                            throw Stop()
                        }
                    }
                }
                _ = try space.vae("run", epochs: 2, threads: 1).run { _ in }
            }
            _ = try space.vae("run", epochs: 3).run { _ in }
            _ = try space.mdrnn("run", epochs: 1).run { _ in }
            return space
        }
        for file in ["vae.safetensors", "training/vae-state.safetensors", "mdrnn.safetensors"] {
            #expect(try runs[0].bytes("run/" + file) == runs[1].bytes("run/" + file))
        }
        let first = try heldOut(runs[0], "run/training/vae-state.safetensors")
        #expect(first.count == 1)
    }

    @Test func `the best model is measured anew, and a worse one does not replace it`() throws {
        let space = try TrainingWorkspace(files: 3)
        _ = try space.vae("run", epochs: 5).run { _ in }
        _ = try space.vae("early", epochs: 1).run { _ in }
        let best = try space.bytes("run/vae.safetensors")
        // The weights of an early epoch, which hardly move any more, in a state that lost all hope.
        let early = space.root.appending(path: "early/training/vae-state.safetensors")
        let (saved, file) = try #require(try TrainingState.load(early))
        var state = saved
        state.bestLoss = -1
        state.schedule = PlateauSchedule(rate: 1e-9)
        state.schedule.record(-1)
        try state.save(
            to: space.root.appending(path: "run/training/vae-state.safetensors"),
            tensors: file.tensors, metadata: file.metadata)
        try space.record(3..<6)
        let summary = try space.vae("run", epochs: 2) { $0.run.patience = 0 }.run { _ in }
        #expect(summary.epochs == 2)
        #expect(summary.bestLoss > 0)
        #expect(try space.bytes("run/vae.safetensors") == best)
    }

    @Test func `a state of an earlier version grows by the split that was noted`() throws {
        let space = try TrainingWorkspace(files: 3)
        _ = try space.vae("run", epochs: 1).run { _ in }
        let path = "run/training/vae-state.safetensors"
        let before = try heldOut(space, path)
        let url = space.root.appending(path: path)
        var file = try SafetensorsFile(contentsOf: url)
        let text = try #require(file.metadata["state"])
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        var json = try #require(object as? [String: Any])
        let inputs = try #require(json.removeValue(forKey: "inputs") as? [String: String])
        json["recordings"] = nil
        var options = try #require(json["options"] as? [String: String])
        options["a --data of fingerprint"] = inputs["dataset"]
        json["options"] = options
        file.metadata["state"] = String(
            decoding: try JSONSerialization.data(withJSONObject: json), as: UTF8.self)
        try file.write(to: url)
        try space.record(3..<7)
        let told = try space.told { try space.vae("run", epochs: 2).run($0) }
        #expect(told.contains { $0.contains("7 in all: epoch 2 goes on") })
        #expect(try heldOut(space, path).isSuperset(of: before))
        #expect(try state(space, path).inputs["dataset"]?.hasChanged == true)
    }

    @Test func `a recording that has become another file is named`() throws {
        let space = try TrainingWorkspace(files: 3)
        _ = try space.vae("run", epochs: 1).run { _ in }
        try space.record(0..<1, length: 5)
        let error = try #require(throws: TrainingError.self) {
            try space.vae("run", epochs: 2).run { _ in }
        }
        guard case .recordingChanged(_, let recording, let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(recording == "thread_0/rollout_0.npz" && reason == "it is another file now")
    }
}
