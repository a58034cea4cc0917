// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What stops training: one line that names the thing and what is wrong with it.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
    /// There is no directory of this path.
    case missingDataset(path: String)
    /// No file of the directory is a usable recording.
    case emptyDataset(path: String, skipped: Int, firstReason: String?)
    /// The reward is to be learned from recordings that have none; the first of them.
    case noRewards(path: String, count: Int)
    /// A recording of earlier epochs is not there as it was.
    case recordingChanged(path: String, recording: String, reason: String)
    /// No recording is long enough for one sequence.
    case recordingsTooShort(path: String, steps: Int)
    /// None of those that are held out is, while others are.
    case heldOutTooShort(path: String, steps: Int)
    /// A limit of memory leaves too little for what each thread's matrix products need.
    case noMemoryForThreads(_ threads: Int, mebibytes: Int)
    /// An episode ends before the step at which a dream is to start.
    case episodeTooShort(start: Int)
    /// A recording's actions are not as long as the model's.
    case wrongActionSize(path: String, found: Int, expected: Int)
    /// M is to be trained before V.
    case missingVAE(path: String)
    /// The loss is infinite or not a number; `step` is nil where it is that of the held-out part.
    case notFinite(model: String, epoch: Int, step: Int?, checkpoint: String?)
    /// A saved state is of a run with other settings.
    case stateDisagrees(path: String, field: String, found: String, expected: String)
    /// A saved state lacks something.
    case damagedState(path: String, field: String)

    /// One line for the user.
    public var description: String {
        switch self {
        case .missingDataset(let path):
            "\(path): there is no such directory"
        case .emptyDataset(let path, let skipped, let firstReason):
            "\(path): no usable recording (\(skipped) damaged files skipped"
                + (firstReason.map { "; the first: \($0)" } ?? "")
                + ")"
        case .noRewards(let path, let count):
            "\(path) has no rewards to learn"
                + (count > 1 ? ", nor have \(count - 1) other recordings" : "")
        case .recordingChanged(let path, let recording, let reason):
            "\(path): was trained on \(recording): \(reason)"
        case .recordingsTooShort(let path, let steps):
            "\(path): no recording has the \(steps) steps of a sequence"
        case .heldOutTooShort(let path, let steps):
            "\(path): none of the recordings that are held out has the \(steps) steps of a sequence"
        case .noMemoryForThreads(let threads, let mebibytes):
            "there is too little memory for \(threads) threads: \(mebibytes) MiB more are needed"
        case .episodeTooShort(let start):
            "the episode or its actions end before step \(start), where the dream is to start"
        case .wrongActionSize(let path, let found, let expected):
            "\(path): actions of length \(found), not \(expected)"
        case .missingVAE(let path):
            "\(path): there is no trained VAE"
        case .notFinite(let model, let epoch, let step, let checkpoint):
            "the loss of \(model) became NaN or infinite in epoch \(epoch)"
                + (step.map { " at step \($0); " } ?? ", measured at its end; ")
                + (checkpoint.map { "the last good checkpoint is \($0)" }
                    ?? "there is no checkpoint yet")
        case .stateDisagrees(let path, let field, let found, let expected):
            "\(path): saved with \(field) \(found), not \(expected)"
        case .damagedState(let path, let field):
            "\(path): \(field) is missing or damaged"
        }
    }
}
