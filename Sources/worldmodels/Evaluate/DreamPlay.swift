// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Dashboard
import Foundation
import Pictures
import Rollouts
import RunStore
import Runs
import Synchronization
import TerminalOutput
import WorldModelTraining

/// How a person drives in a dream.
struct DreamPlayOptions: ParsableArguments {
    @Option(
        defaultAsFlag: DreamPlayOptions.usualAddress,
        help: .init(
            """
            Play on a page instead of in the terminal: HOST:PORT, or a port of this host alone (default \
            without a value: \(DreamPlayOptions.usualAddress)); the port 0 takes a free one.
            """, valueName: "host:port"))
    var listen: String?

    @Option(help: .init("Steps a second (default: 50, as the car's).", valueName: "number"))
    var pace: Int?

    @Option(
        help: .init(
            "Where to write what was said between which steps: a line each of dream, step and word.",
            valueName: "file"))
    var keyLog: String?

    @OptionGroup var guards: PageGuards

    @OptionGroup var logging: LogOptions

    private static let usualAddress = "127.0.0.1:8485"

    /// Whether anything was asked for that means nothing elsewhere.
    var isSaid: Bool { listen != nil || pace != nil || keyLog != nil }

    /// Between two steps.
    var interval: Duration { .seconds(1) / (pace ?? 50) }

    func validate() throws {
        guard pace.map((1...1000).contains) ?? true else {
            throw ValidationError("--pace must be 1 to 1000.")
        }
        if let listen { _ = try PageOptions.address(listen, of: "--listen") }
        if listen == nil, let given = guards.given {
            throw ValidationError("\(given) is about a page: --play --listen serves one.")
        }
    }
}

extension DreamCommand {
    /// Lets a person drive, in this terminal or on a page.
    func playDream() async throws {
        guard let dreamer = try Dreamer(RunDirectory(path: logdir)) else {
            throw InputError(
                "\(logdir)/dream-starts.safetensors is missing: nothing is to be dreamt where M has "
                    + "not learnt its reward and end (worldmodels train-mdrnn --logdir \(logdir) "
                    + "--data DIR --include-reward)")
        }
        if playing.listen == nil {
            try playHere(dreamer)
        } else {
            try await playOnPage(dreamer)
        }
    }

    private var title: String { "seed \(seed), temperature \(temperature)" }

    private static func dream(
        _ dreamer: Dreamer, seed: UInt64, temperature: Double, limit: Int, keyLog: KeyLog?
    ) -> PlayedDream {
        let dream = PlayedDream(
            dreamer.model, seed: seed, temperature: temperature, limit: limit)
        if let keyLog { dream.onInput = { keyLog.append($0, $1) } }
        return dream
    }

    private func playHere(_ dreamer: Dreamer) throws {
        let keyLog = try playing.keyLog.map { try KeyLog($0) }
        let dream = Self.dream(
            dreamer, seed: seed, temperature: temperature, limit: steps ?? 1000, keyLog: keyLog)
        let terminal = DreamTerminal(
            dream: dream, decoder: LatentDecoder(dreamer.vae),
            interval: playing.interval, title: title)
        try terminal.play()
        print(terminal.summary)
        try keyLog?.requireWhole()
    }

    private func playOnPage(_ dreamer: Dreamer) async throws {
        let address = playing.listen ?? ""
        var configuration = playing.guards.settings(
            for: try PageOptions.address(address, of: "--listen"))
        configuration.token = try playing.guards.token()
        let log = playing.logging.log("dream", on: .standardOutput)
        let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
        let signals = StopSignals { name in
            log(.info, "stopped", "\(name): the page ends")
            stop.finish()
        }
        let keyLog = try playing.keyLog.map { try KeyLog($0) }
        let dream = Self.dream(
            dreamer, seed: seed, temperature: temperature, limit: steps ?? 1000, keyLog: keyLog)
        let site = PlaySite(
            DreamScene(dream: dream, decoder: LatentDecoder(dreamer.vae), title: title),
            interval: playing.interval)
        let server = try await DashboardServer(configuration, serving: site)
        let pages = ServedPages(
            servers: [server], link: try playing.guards.tell(server, log))
        for await _ in stopped {}
        await pages.stop()
        // The page has nothing to finish: to be told to stop is its usual end.
        _ = signals
        try keyLog?.requireWhole()
    }
}

/// A dream as the page has it.
private final class DreamScene: PlayedScene {
    let title: String
    private let dream: PlayedDream
    private let decoder: LatentDecoder

    init(dream: PlayedDream, decoder: LatentDecoder, title: String) {
        self.dream = dream
        self.decoder = decoder
        self.title = title
    }

    func begin() { dream.take(.first) }

    func take(_ message: PlayMessage) -> Bool {
        switch message {
        case .key(let name, let isDown):
            guard let key = DrivingKey(rawValue: name) else { return false }
            dream.take(isDown ? .press(key) : .release(key))
        case .say("again"): dream.take(.again)
        case .say("next"): dream.take(.next)
        case .say: return false
        }
        return true
    }

    func step() { dream.step() }

    var state: PlayState {
        let state = dream.state
        return PlayState(
            episode: state.dream &+ 1, steps: state.steps, predictedReturn: state.predictedReturn,
            reward: state.reward, endProbability: state.endProbability, over: state.end?.words,
            keys: dream.keys.keys.map(\.rawValue),
            action: [state.action.x, state.action.y, state.action.z])
    }

    var pixels: [UInt8] { decoder.picture(of: dream.latent).pixels }
}

/// What a person has said, line by line in a file.
private final class KeyLog: Sendable {
    private let path: String
    private let descriptor: Int32
    /// The error of the first line that could not be written; 0: there is none.
    private let failure = Mutex<Int32>(0)

    /// Opens a file that is new or empty: what is in another stays there.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw InputError(
                "\(path) cannot be written (\(String(cString: strerror(errno)))): give another"
                    + " --key-log")
        }
        var file = stat()
        guard fstat(descriptor, &file) != 0 || file.st_mode & S_IFMT != S_IFREG || file.st_size == 0
        else {
            throw InputError("\(path) is there already: give another --key-log")
        }
    }

    deinit { close(descriptor) }

    func append(_ input: PlayedDream.Input, _ state: PlayedDream.State) {
        let line = Array("\(state.dream + 1) \(state.steps) \(input)\n".utf8)
        failure.withLock { failure in
            // A log with a gap would be another dream's; the play goes on without it.
            guard failure == 0 else { return }
            let count = write(descriptor, line, line.count)
            if count != line.count { failure = count < 0 ? errno : ENOSPC }
        }
    }

    /// Says that the log is not whole, once the play is over.
    func requireWhole() throws {
        let failure = failure.withLock { $0 }
        guard failure == 0 else {
            throw InputError("\(path) is not whole: \(String(cString: strerror(failure)))")
        }
    }
}
