// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import Foundation
import TerminalOutput

/// Shows what M dreams: as a film, or for a person to drive in.
struct DreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dream",
        abstract: "Film an episode in M's dream beside a drive outside, or drive in the dream.",
        discussion: """
            The film: on the left the run's controller in the dream, as workers dream it, with the \
            return that M predicts; on the right the same controller on the track of --seed, with the \
            real return. Both begin at one moment, and each goes on by its own actions until it ends. \
            --no-beside leaves the drive out: the dream begins where a worker's of that seed does.

            Where M has not learnt its reward and end (train-mdrnn --include-reward) there is no \
            predicted return, and with --actions or --recording the controller does not drive. The film \
            then has three pictures: what really happens under the same actions, what V makes of it, \
            and the dream, of which the first --start steps are real.

            --play: you drive in the dream, in this terminal, or with --listen on a page. The same \
            seed, and the same keys between the same steps, give the same dream; the pace is no part of \
            it.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: .init("The film to write: .webm or .gif.", valueName: "file"))
    var output: String?

    @Option(
        help: .init(
            "A .npy of actions (T, 3), steering, gas, brake, instead of the run's controller.",
            valueName: "file"))
    var actions: String?

    @Option(help: .init("A recorded rollout (.npz) instead of a drive.", valueName: "file"))
    var recording: String?

    @Option(
        help: .init(
            "How freely M draws: 1 as trained, lower is tamer, 0 has no chance in it.",
            valueName: "factor"))
    var temperature = 1.0

    @Option(help: "Root of all random draws, and the track's seed.")
    var seed: UInt64 = 1

    @Option(
        help: .init("The seed of the track, where it is another one's.", valueName: "seed"))
    var trackSeed: UInt64?

    @Option(
        help: .init(
            "Steps to dream (default: 1000; 200 of a film with three pictures).", valueName: "count"
        ))
    var steps: Int?

    @Option(
        help: .init(
            "The step at which the dream starts (default: 0; 60 of a film with three pictures, since "
                + "until 50 the view still zooms in).", valueName: "step"))
    var start: Int?

    @Option(
        help: .init(
            "By how much the pictures are enlarged (default: 4; 3 of a film with three pictures).",
            valueName: "factor"))
    var scale: Int?

    @Option(
        help: .init(
            "Film every so many steps, of which 50 are a second (default: 1 for .webm, else 4).",
            valueName: "steps"))
    var frameEvery: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Drive outside beside the dream (default: where the controller drives).")
    var beside: Bool?

    @Flag(help: "Print what the film shows as one JSON object on one line.")
    var json = false

    @OptionGroup var controller: ControllerFormOptions

    @Option(
        help: .init(
            "Give the track colours of its own, as Gymnasium's domain_randomize does: off or on "
                + "(default: as in the run).",
            valueName: "switch"))
    var domainRandomize: Switch?

    @OptionGroup var drawing: DrawingOptions

    @Flag(help: "Drive in the dream by the keyboard.")
    var play = false

    @OptionGroup(title: "Driving in the dream (--play)")
    var playing: DreamPlayOptions

    func validate() throws {
        if let output { try requireFilmEnding(output, option: "--output") }
        guard temperature >= 0, temperature <= 100 else {
            throw ValidationError("--temperature must be 0 to 100.")
        }
        guard steps.map((1...100_000).contains) ?? true,
            start.map((0...100_000).contains) ?? true
        else {
            throw ValidationError("--steps must be 1 to 100000 and --start 0 to 100000.")
        }
        guard scale.map((1...16).contains) ?? true else {
            throw ValidationError("--scale must be 1 to 16.")
        }
        guard frameEvery.map((1...1000).contains) ?? true else {
            throw ValidationError("--frame-every must be 1 to 1000.")
        }
        guard actions == nil || recording == nil else {
            throw ValidationError("--recording has actions of its own: leave out --actions.")
        }
        let isOpenLoop = actions != nil || recording != nil
        guard beside == nil || !isOpenLoop else {
            throw ValidationError("--beside and --no-beside are about the run's controller.")
        }
        guard play || output != nil else {
            throw ValidationError("give --output FILE for a film, or --play to drive.")
        }
        if play {
            let others: [(String, Bool)] = [
                ("--output", output != nil), ("--actions", actions != nil),
                ("--recording", recording != nil), ("--start", start != nil),
                ("--beside", beside != nil), ("--json", json),
            ]
            if let other = others.first(where: \.1) {
                throw ValidationError("\(other.0) is for films, and --play makes none.")
            }
        } else if playing.isSaid {
            throw ValidationError("--listen, --pace and --key-log go with --play.")
        }
    }

    func run() async throws {
        if play { try await playDream() } else { try makeFilm() }
    }
}
