// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacing
import CarRacingRendering
import ClusterSessions
import Episodes
import RolloutServer
import Search
import Foundation
import Rollouts
import Synchronization
import ArrayFiles
import TerminalOutput
import WorldModel

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Record episodes of CarRacing as .npz files.",
        discussion: """
            Each file has observations (T, 64, 64, 3) uint8, actions (T, 3) float32, rewards (T,) \
            float32 and terminals (T,) bool; row t is the observation before the action, the \
            action, and what followed. File i is the same whatever the number of threads. Files \
            that are there already are kept unless they are empty, so the same command continues an interrupted one; with \
            more --rollouts and another --policy it adds to them. So V and M can be trained on with \
            what a run's controller sees: generate with --policy controller into the same \
            directory, then train-vae and train-mdrnn with more --epochs.

            With --bind the episodes are recorded by whatever workers connect (worldmodels worker \
            --connect), as a coordinator's rollouts are driven: they may come and go, a dead one \
            costs the repetition of what it had in hand, and the files are those of a recording \
            here. The exit status is 0 when all files are there, 129, 130 or 143 (or --stopped-status) \
            when it was told to stop.
            """)

    @Option(help: .init("How many episodes.", valueName: "episodes"))
    var rollouts: Int

    @Option(help: .init("Where the files go; made if it is missing.", valueName: "dir"))
    var rootdir: String

    @Option(help: .init("How many threads, without --bind.", valueName: "count"))
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(
        help: """
            Who drives: brownian (a random walk of the controls) or white (independent controls), \
            as in the original; driver (follows the road, disturbed); explorer (that driver with \
            lapses, for dreams); controller (that of --logdir).
            """)
    var policy = DrivingPolicy.brownian

    @Option(help: .init("The steps after which an episode ends.", valueName: "count"))
    var steps = 1000

    @Option(help: "The seed of tracks and controls.")
    var seed: UInt64 = 0

    @Option(help: .init("The run whose controller drives.", valueName: "dir"))
    var logdir: String?

    @OptionGroup var controller: ControllerFormOptions

    @Option(
        help: .init(
            "How the edges of what is recorded look: off, or samples4, which is nearer to Gymnasium "
                + "and slower (default: off; with a controller as in its run).",
            valueName: "kind"))
    var antialiasing: Antialiasing?

    @Option(
        help: .init(
            "Give each track colours of its own, as Gymnasium's domain_randomize does: off or on "
                + "(default: off; with a controller as in its run).",
            valueName: "switch"))
    var domainRandomize: Switch?

    @Option(
        help: .init(
            "What the driver can do: continuous controls, or discrete, Gymnasium's five actions, "
                + "which are recorded by their controls (default: continuous; with a controller as "
                + "it was searched for).",
            valueName: "kind"))
    var actions: ActionSpace?

    @Option(
        help: .init(
            "What V computes in, with --policy controller: float32, or int8, which is faster "
                + "(default: as in its run).",
            valueName: "kind"))
    var precision: Precision?

    @Flag(help: "Record all files anew.")
    var overwrite = false

    @OptionGroup(title: "Recording with workers")
    var listening: ListeningOptions

    @OptionGroup var stopped: StoppedStatusOptions

    @OptionGroup(title: "Who may connect")
    var security: ServerSecurityOptions

    /// Each is an episode to be held in memory and a file to be looked for.
    private static let maximumRollouts = 10_000_000

    @OptionGroup(title: "What it tells, with --bind")
    var logging: LogOptions

    func validate() throws {
        guard (1...Self.maximumRollouts).contains(rollouts) else {
            throw ValidationError("--rollouts \(rollouts): 1 to \(Self.maximumRollouts)")
        }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads \(threads): 1 to 1024")
        }
        if steps < 1 { throw ValidationError("--steps \(steps): at least 1") }
        if policy == .controller && logdir == nil {
            throw ValidationError("--policy controller needs --logdir")
        }
        if policy != .controller && (controller.form != ControllerForm() || precision != nil) {
            throw ValidationError(
                "--controller-mapping, --latent and --precision go with --policy controller")
        }
        if policy == .controller && actions != nil {
            throw ValidationError(
                "--actions: a controller drives by the actions that it was searched for; leave it "
                    + "out")
        }
        if listening.bind != nil {
            if steps > RecordingSettings.maximumSteps {
                throw ValidationError(
                    "--steps \(steps): with --bind at most \(RecordingSettings.maximumSteps)")
            }
        } else if security.key != nil || security.allow != nil || security.insecure {
            throw ValidationError("--key, --allow and --insecure go with --bind")
        } else if listening.isGiven || stopped.stoppedStatus != nil {
            throw ValidationError(
                "--advertise, --address-file and --stopped-status go with --bind")
        }
    }

    func run() async throws {
        StopSignals.setStatus(stopped.stoppedStatus)
        let directory = URL(fileURLWithPath: rootdir, isDirectory: true)
        try OutputDirectory.prepare(directory)
        let missing = (0..<rollouts).filter { index in
            let file = directory.appendingPathComponent(DatasetRecorder.fileName(index))
            // A copy that was interrupted, or a full disk, may have left a name without a byte.
            var status = stat()
            return overwrite || stat(file.path, &status) != 0 || status.st_size == 0
        }
        if missing.count < rollouts {
            print(
                "\(rootdir) has \(rollouts - missing.count) of the \(rollouts) episodes already; "
                    + "they are kept (--overwrite records them anew)")
        }
        let agent: AgentFiles? =
            if policy == .controller, let logdir {
                try AgentFiles(logdir, form: controller.form, precision: precision)
            } else {
                nil
            }
        // What a worker would refuse is refused here.
        let driver = try agent?.requireController()
        if let agent, let driver {
            print("the controller of \(agent.directory): \(driver.formText)")
        }
        let settings = RecordingSettings(
            policy: policy, steps: steps, seed: seed,
            antialiasing: try antialiasing ?? agent?.antialiasing ?? .off,
            domainRandomize: try domainRandomize?.isOn ?? agent?.domainRandomize ?? false,
            actions: actions ?? .continuous,
            precision: agent?.models.encoder.precision ?? .float32)
        if listening.bind != nil {
            guard !missing.isEmpty else { return }
            var models: [ServedModel] = []
            if let agent, let driver {
                models = try Agent.Part.allCases.map { part in
                    // Workers are told C's form by its file alone.
                    let data =
                        try part == .controller
                        ? driver.file().encoded()
                        : Data(contentsOf: part.file(in: agent.agent.directory))
                    return ServedModel(name: part.rawValue, data: data)
                }
            }
            try await ClusterRecording(
                settings: settings, models: models, directory: directory, indices: missing,
                total: rollouts, log: logging.log("generate", on: .standardOutput)
            ).run(listening, stoppedStatus: stopped.stoppedStatus, security: security)
            return
        }
        let recorder = DatasetRecorder(
            settings, agent: agent.flatMap { agent in driver.map { (agent.models, $0) } })
        let done = Mutex((files: rollouts - missing.count, steps: 0))
        let line = ProgressLine(
            "recording", total: rollouts, unit: "episodes", start: rollouts - missing.count)
        let start = StepTimes.now()
        try recorder.record(missing, to: directory, threads: threads) { _, steps in
            let now = done.withLock {
                $0.files += 1
                $0.steps += steps
                return $0
            }
            let rate = Int(Double(now.steps) / (StepTimes.now() - start))
            line.update(now.files, fields: [("steps/s", "\(rate)")])
        }
        line.finish()
    }
}

extension DrivingPolicy: ExpressibleByArgument {
    /// Takes a policy's name, or what the original calls it.
    package init?(argument: String) {
        self.init(rawValue: argument == "brown" ? "brownian" : argument)
    }
}
