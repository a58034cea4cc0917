// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import ArrayFiles
import RunStore
import WorldModel
import WorldModelTraining

/// Writes a run's agent as small files to pass on.
struct ModelPackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Write a run's V, M and C as small files to pass on.",
        discussion: """
            V and M in half precision, C as it is, with its form. The directory can be given to evaluate, play \
            and generate as --logdir; what the rounding costs is what evaluate says of both.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: .init("Where the files go; made if it is missing.", valueName: "dir"))
    var output: String

    @Option(
        help: .init(
            "Recordings by whose frames V's 8-bit integers are scaled (--precision int8), where its "
                + "file has no scales or other ones are wanted.",
            valueName: "dir"))
    var data: String?

    @Flag(help: "Keep single precision.")
    var single = false

    @Flag(help: "Replace what an earlier one has written there.")
    var overwrite = false

    @OptionGroup var controller: ControllerFormOptions

    func run() throws {
        let source = URL(filePath: logdir, directoryHint: .isDirectory)
        let target = URL(filePath: output, directoryHint: .isDirectory)
        guard source.resolvingSymlinksInPath() != target.resolvingSymlinksInPath() else {
            throw ValidationError("--output \(output) is the run itself: give another directory")
        }
        guard !RunDirectory(path: output).holdsRun else {
            throw ValidationError(
                "--output \(output) is a run, whose models would be replaced: give another directory"
            )
        }
        let present = AgentFiles.names.first {
            FileManager.default.fileExists(atPath: target.appending(path: $0).path)
        }
        if let present, !overwrite {
            throw ValidationError(
                "--output \(output) has \(present) already: give --overwrite to replace it, or"
                    + " another directory")
        }
        // What is no agent is refused before anything is written.
        let controller = try AgentFiles(logdir, form: controller.form).requireController()
        let frames = try data.map { try FrameSample.forRanges(in: URL(filePath: $0)) }
        var ranges: ActivationRanges?
        let packed = try Agent.Part.allCases.map { part in
            let name = part.fileName
            var file = try SafetensorsFile(contentsOf: part.file(in: source))
            // Whoever gets the files needs to know nothing more: they have the usual names, and C's
            // says its form.
            switch part {
            case .vae:
                var parameters = try VAEParameters(file, name: name)
                if let frames {
                    parameters.ranges = try ActivationRanges(of: parameters, on: frames)
                }
                ranges = parameters.ranges
                file = parameters.file(metadata: file.metadata)
            case .mdrnn:
                file = try MDRNNParameters(file, name: name).file(metadata: file.metadata)
            case .controller: file = controller.file(metadata: file.metadata)
            }
            let data = file.encoded(as: single || part == .controller ? .single : .half)
            // Half precision ends at 65,504.
            try SafetensorsFile(data: data, name: name).requireFinite(name: name)
            return (name, data)
        }
        try OutputDirectory.prepare(target)
        var total = 0
        for (name, data) in packed {
            try AtomicFile.write(data, to: target.appending(path: name))
            total += data.count
            print("\(target.appending(path: name).path): \(data.count) bytes")
        }
        print("\(total) bytes together; the controller's \(controller.formText)")
        print(
            ranges.map {
                "int8: scaled by \($0.frames) frames, of whose activations "
                    + String(format: "%.4f %% are beyond", 100 * $0.saturated)
            } ?? "int8: V has no scales (--data)")
    }
}
