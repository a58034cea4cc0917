// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import RolloutServer
import WorldModel
import WorldModelTraining

/// Tells workers and status clients how far the training is that comes before a run.
final class TrainingPhase {
    private let server: RolloutServer
    private var text = ""

    init(server: RolloutServer) { self.server = server }

    func show(_ event: TrainingEvent, of part: Agent.Part) {
        guard case .progress(let progress) = event else { return }
        let phase: RunProgress.Phase = part == .vae ? .trainingV : .trainingM
        server.setRunStatus(
            RunProgress(
                phase, generation: progress.epoch > 0 ? progress.epoch : nil,
                generations: progress.epoch > 0 ? progress.epochs : nil, done: progress.done,
                total: progress.total))
        let epoch = progress.epoch > 0 ? ", epoch \(progress.epoch) of \(progress.epochs)" : ""
        let text = "\(phase.rawValue)\(epoch)"
        // Workers are told of each epoch, and not of each step.
        if text != self.text { server.prepare(text) }
        self.text = text
    }
}
