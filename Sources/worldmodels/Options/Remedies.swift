// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import ArrayFiles
package import ClusterTransport
public import Foundation
package import RunStore
package import Runs
package import Search
package import TensorBoardFiles
public import WorldModel
public import WorldModelTraining

// The libraries' errors say what is wrong; here stands which command or option helps. An error that
// ends a command is printed by its `errorDescription`.

extension Agent.Failure: LocalizedError {
    /// What is wrong and what to do.
    public var errorDescription: String? {
        let remedy =
            switch self {
            case .noDirectory: "give a run's --logdir"
            case .missing(.vae, let run): "train V first (worldmodels train-vae --logdir \(run))"
            case .missing(.mdrnn, let run):
                "train M first (worldmodels train-mdrnn --logdir \(run))"
            case .missing(.controller, _): "train C first (worldmodels coordinator)"
            case .checkpoint(_, let run):
                "convert it (python3 cluster/pytorch/from_ctallec.py \(run))"
            case .disagree(let run, _, _):
                "train M on this V (worldmodels train-mdrnn --logdir \(run) --noreload)"
            }
        return "\(self): \(remedy)"
    }
}

extension FileError: LocalizedError {
    /// What is wrong and what to do.
    public var errorDescription: String? {
        if case .foreign(_, .torchArchive, .safetensors) = self { return described }
        if case .foreign(_, .torchPickle, .safetensors) = self { return described }
        return "\(self)"
    }

    private var described: String {
        "\(self); or convert a whole exp_dir of ctallec/world-models by"
            + " cluster/pytorch/from_ctallec.py"
    }
}

extension ControllerFileError: LocalizedError {
    /// What is wrong and what to do.
    public var errorDescription: String? {
        switch self {
        case .noMapping:
            "\(self), by --controller-mapping paper, linear or discrete"
        case .missingTensor, .notFinite, .otherForm, .otherSizes, .unknownForm, .wrongKind,
            .wrongOutputs, .wrongShape:
            "\(self)"
        }
    }
}

extension TrainingError: LocalizedError {
    /// What is wrong and what to do.
    public var errorDescription: String? {
        let remedy =
            switch self {
            case .missingDataset, .emptyDataset: "record rollouts there first"
            case .noRewards: "give other recordings or leave out --include-reward"
            case .recordingChanged: "put it back as it was, or start afresh with --noreload"
            case .recordingsTooShort: "record longer episodes or ask for shorter sequences"
            case .heldOutTooShort:
                "record more episodes of that length or ask for shorter sequences"
                    + " (--sequence-length)"
            case .noMemoryForThreads: "raise the limit (ulimit -v) or take fewer --threads"
            case .episodeTooShort: "give a smaller --start or a longer episode"
            case .wrongActionSize: "give recordings of one kind"
            case .missingVAE:
                "train it first with the same --logdir, or convert a checkpoint of"
                    + " ctallec/world-models (cluster/pytorch/from_ctallec.py)"
            case .notFinite:
                "start afresh with --noreload and a lower --learning-rate or with --clip"
            case .stateDisagrees: "use the same options or start afresh with --noreload"
            case .damagedState: "start afresh with --noreload"
            }
        return "\(self); \(remedy)"
    }
}

extension RunStoreError: LocalizedError {
    package var errorDescription: String? {
        let remedy =
            switch self {
            case .noRun: "; give a directory that 'worldmodels coordinator --logdir' has written"
            case .notBegun(let path, _):
                "; begin one with 'worldmodels coordinator --logdir \(path)'"
            case .unwritable: "; check the permissions or choose another --logdir"
            case .locked: "; stop it first, or choose another --logdir"
            case .diskFull: ", so make space and give the same command again"
            case .damaged:
                "; a copy of a run that was going on has to be made with 'worldmodels backup', any"
                    + " other database to be restored from a backup"
            case .newerFormat: "; use a program of that version"
            case .badRow: ", restore it from a backup"
            case .unreadable: "; check the permissions, or copy the directory and read the copy"
            case .busy: "; end that process or wait for it"
            case .excessive: "; restore it from a backup"
            case .failed: ""
            }
        return "\(self)\(remedy)"
    }
}

extension RunRelease.NoQuarantine: LocalizedError {
    package var errorDescription: String? {
        "\(self); 'worldmodels inspect \(path)' lists the quarantines"
    }
}

extension RunBackup.Failure: LocalizedError {
    package var errorDescription: String? {
        switch self {
        case .exists: "\(self); give the name of a directory to make"
        case .system(let path, _) where path.contains("\u{FFFD}"): "\(self); rename it"
        case .differs, .system: "\(self); choose another place for the copy"
        case .otherModel: "\(self); put that file back first"
        }
    }
}

extension RunModels.Missing: LocalizedError {
    package var errorDescription: String? {
        isCheckpoint
            ? "\(self): convert \(directory)/\(part.checkpointName) (python3"
                + " cluster/pytorch/from_ctallec.py \(directory))"
            : "\(self): train it with 'worldmodels train-\(part.rawValue) --logdir \(directory)"
                + " --data DIR', or give the coordinator --data DIR"
    }
}

extension DreamBank.Missing: LocalizedError {
    package var errorDescription: String? {
        "\(self): 'worldmodels train-mdrnn --logdir \(directory) --data DIR --include-reward', with"
            + " --noreload where M was trained without its reward"
    }
}

extension DreamStarts.Failure: LocalizedError {
    package var errorDescription: String? {
        "\(self); write it anew for this V and M (worldmodels train-mdrnn --include-reward)"
    }
}

extension ForeignController: LocalizedError {
    package var errorDescription: String? {
        "\(self): move it elsewhere, from where --initial-controller can take it up, or give another"
            + " --logdir"
    }
}

extension RunError: LocalizedError {
    package var errorDescription: String? {
        switch self {
        case .badSetting: "--\(self)"
        case .conflict:
            "--\(self); leave the option out to continue that run, or give another --logdir for a"
                + " new one"
        case .otherController(let path, let setting, let found, let given):
            "\(path): has --\(setting) \(found), not \(given); give the run the options of that"
                + " controller"
        case .otherModel: "\(self); put that file back, or give another --logdir"
        case .tooLarge: "\(self): take smaller ones"
        case .otherSize: "--\(self); leave the option out, or give another --logdir"
        case .tooManyParameters: "\(self)"
        case .allFailed:
            "\(self): see the workers' messages; the same command goes on with another generation"
        case .noState: "\(self), or give another --logdir"
        case .doubtful:
            "\(self); restore the run from a copy of before, or go on with --on-disagreement continue"
        case .tooManySetAside: "\(self); see above for why; the same command tries them again"
        case .objectiveFailed:
            "\(self); see above for why; the same command tries it again, and with --on-failure worst"
                + " such a candidate ranks last"
        case .otherKind: "\(self); or give another --logdir"
        case .foreignRollout, .missingResult, .populationSize, .otherSearch: "\(self)"
        }
    }
}

extension ProfileError: LocalizedError {
    package var errorDescription: String? {
        switch self {
        case .missing: "\(self); give a file's path or one of those names"
        case .malformed(let path):
            "\(path): expected one JSON object of option names with numbers or texts"
        case .unknownKey: "\(self); see 'worldmodels coordinator --help'"
        case .badValue: "\(self)"
        }
    }
}

extension TensorBoardExport.Failure: LocalizedError {
    package var errorDescription: String? { "\(self); give the name of another directory" }
}

extension KeyFileError: LocalizedError {
    package var errorDescription: String? {
        let remedy =
            switch self {
            case .unreadable: "; make a key with 'worldmodels keys create'"
            case .loosePermissions:
                "; chmod 600 it, make a new one, or, where only its group may, give"
                    + " --allow-group-readable-key"
            case .incomplete, .malformed, .exists, .unwritable: ""
            }
        return "\(self)\(remedy)"
    }
}

extension TransportError: LocalizedError {
    package var errorDescription: String? {
        switch self {
        case .plaintext:
            "\(self): make them with 'worldmodels keys create', or go without by --insecure"
        case .badEndpoint, .addressInUse, .addressNotAvailable, .unknownHost, .zeroMQ, .closed:
            "\(self)"
        }
    }
}
