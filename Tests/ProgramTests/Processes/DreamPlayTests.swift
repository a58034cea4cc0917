// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// A person at a terminal drives in a dream, and gets the terminal back.
@Suite(.inTurn())
struct DreamPlayTests {
    private let directory: TemporaryDirectory
    private var run: String { directory.file("run").path }

    /// What gives the screen back.
    private static let exit = "\u{1b}[?25h\u{1b}[?1049l"

    init() throws {
        directory = try TemporaryDirectory()
        try QuickModels.writeLively(to: directory.file("run"))
    }

    /// Plays on a terminal, whose interrupting keys are signals only where it is the program's own.
    private func play(
        on terminal: PseudoTerminal, _ more: [String] = [], isOwn: Bool = false,
        environment: [String: String] = [:]
    ) throws -> ProgramProcess {
        terminal.setSize(columns: 70, rows: 40)
        let redirection = "<'\(terminal.name)' >'\(terminal.name)' 2>&1"
        let program = "\"$0\" \"$@\""
        // The shell outlives what interrupts its program, and tells its status.
        let command =
            isOwn
            ? "exec setsid --ctty --wait sh -c 'trap : INT; \(program); exit $?' \(program)"
            : "exec \(program)"
        let usual = [
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "",
            "SWIFT_BACKTRACE": "enable=no",
        ]
        return try ProgramProcess(
            ["dream", "--logdir", run, "--play"]
                + (more.contains("--pace") ? [] : ["--pace", "200"]) + more,
            command: "\(command) \(redirection)",
            environment: usual.merging(environment) { $1 })
    }

    /// The end of what was written, which has some screens: all of it is megabytes.
    private static func end(of output: String) -> String {
        String(decoding: output.utf8.suffix(1 << 19), as: UTF8.self)
    }

    /// A whole screen on which a dream is over.
    private static func lastScreen(_ output: String) -> String? {
        guard output.utf8.suffix(3).elementsEqual("\u{1b}[J".utf8) else { return nil }
        let screens = end(of: output).components(separatedBy: "\u{1b}[H")
        return screens.last { $0.contains("over: ") && $0.hasSuffix("\u{1b}[J") }
    }

    /// Plays a dream of some steps to its end, keys typed before its first; gives the last screen and
    /// what was said.
    private func dream(_ name: String, keys: String?) async throws -> (screen: String, log: String)
    {
        let terminal = try PseudoTerminal()
        let before = terminal.modes
        let log = directory.file(name)
        if let keys { terminal.type(keys) }
        let process = try play(on: terminal, ["--steps", "60", "--key-log", log.path])
        let output = try #require(await terminal.output { Self.lastScreen($0) != nil })
        #expect(terminal.isRaw)
        async let rest = terminal.output { Self.end(of: $0).contains(Self.exit) }
        terminal.type("q")
        #expect(await process.exitStatus() == 0)
        #expect(await rest != nil)
        #expect(terminal.modes == before && !terminal.isRaw)
        let all = await terminal.output {
            Self.end(of: $0).contains("dream 1: 60 steps, predicted return ")
        }
        #expect(all?.contains(Self.exit) == true)
        return (Self.lastScreen(output) ?? "", try String(contentsOf: log, encoding: .utf8))
    }

    @Test func `steering changes what is dreamt, and nothing else does`() async throws {
        let (still, again) = (
            try await dream("1", keys: nil), try await dream("2", keys: nil)
        )
        #expect(still.screen == again.screen && still.log.isEmpty)
        #expect(still.screen.contains("▀") && still.screen.contains("\u{1b}[38;2;"))
        #expect(still.screen.contains("dream 1, step 60"))
        #expect(still.screen.contains("predicted return"))
        let steered = try await dream("3", keys: "\u{1b}[D\u{1b}[Dw")
        #expect(steered.log.contains("type left\n") && steered.log.contains("type gas\n"))
        let picture = { (text: String) in text.components(separatedBy: "\r\n").dropLast(4) }
        #expect(picture(steered.screen) != picture(still.screen))
    }

    @Test(arguments: ["q", "\u{4}"])
    func `a key ends it`(key: String) async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes
        let process = try play(on: terminal)
        _ = await terminal.output { $0.contains("keys: ") }
        // Somebody reads on, as a terminal does.
        async let rest = terminal.output { Self.end(of: $0).contains(Self.exit) }
        terminal.type(key)
        #expect(await process.exitStatus() == 0)
        #expect(await rest != nil)
        #expect(terminal.modes == before)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT, SIGQUIT])
    func `whatever ends it, the terminal is as it was`(signal: Int32) async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes
        let process = try play(on: terminal)
        _ = await terminal.output { $0.contains("keys: ") }
        #expect(terminal.isRaw)
        // Somebody reads on, as a terminal does.
        async let rest = terminal.output { Self.end(of: $0).hasSuffix(Self.exit) }
        process.signal(signal)
        #expect(await process.exitStatus() == 128 + signal)
        #expect(terminal.modes == before)
        #expect(await rest != nil)
    }

    @Test func `Ctrl-C in its own terminal is an interrupt, and Ctrl-Z nothing`() async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes
        let process = try play(on: terminal, ["--pace", "10"], isOwn: true)
        _ = await terminal.output { $0.contains("keys: ") }
        terminal.type("\u{1a}\u{1b}[C")
        _ = await terminal.output { $0.contains("keys: right") }
        terminal.type("\u{3}")
        #expect(await process.exitStatus() == 128 + SIGINT)
        #expect(terminal.modes == before)
    }

    @Test func `where the terminal goes away it ends`() async throws {
        var terminal: PseudoTerminal? = try PseudoTerminal()
        let process = try play(on: try #require(terminal))
        _ = await terminal?.output { $0.contains("keys: ") }
        terminal = nil
        #expect([0, 1].contains(await process.exitStatus()))
    }

    @Test func `where nobody reads the terminal a signal ends it`() async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes
        let process = try play(on: terminal)
        _ = await terminal.output { $0.contains("keys: ") }
        // Its next frames fill what the system keeps for whoever reads.
        while !terminal.isFull { try await Task.sleep(for: .milliseconds(5)) }
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 128 + SIGTERM)
        #expect(terminal.modes == before)
    }

    @Test func `without colours the picture is characters`() async throws {
        let terminal = try PseudoTerminal()
        let process = try play(on: terminal, environment: ["NO_COLOR": "1"])
        let output = await terminal.output { $0.contains("keys: ") }
        #expect(output?.contains("▀") == false && output?.contains("[38;") == false)
        async let rest = terminal.output { Self.end(of: $0).contains(Self.exit) }
        terminal.type("q")
        #expect(await process.exitStatus() == 0)
        #expect(await rest != nil)
    }

    @Test func `what is no terminal, and an M that predicts nothing, are refused by name`()
        async throws
    {
        let piped = try ProgramProcess(
            ["dream", "--logdir", run, "--play"], command: "exec \"$0\" \"$@\" </dev/null")
        let said = await piped.lines().joined(separator: "\n")
        #expect(said.contains("standard input is no terminal") && said.contains("--listen"))
        #expect(await piped.exitStatus() == 1)

        let terminal = try PseudoTerminal()
        let dumb = try play(on: terminal, environment: ["TERM": "dumb"])
        #expect(await dumb.exitStatus() == 1)
        let output = await terminal.output { $0.contains("Error: ") }
        #expect(output?.contains("kind 'dumb'") == true && output?.contains("\u{1b}") == false)

        try FileManager.default.removeItem(atPath: run + "/dream-starts.safetensors")
        let unlearnt = try ProgramProcess(["dream", "--logdir", run, "--play"])
        #expect(await unlearnt.lines().joined().contains("--include-reward"))
        #expect(await unlearnt.exitStatus() == 1)
    }

    @Test func `a file of before stays, and a log that is not whole is told`() async throws {
        let notes = directory.file("notes")
        try Data("mine".utf8).write(to: notes)
        let refused = try ProgramProcess(
            ["dream", "--logdir", run, "--play", "--key-log", notes.path])
        #expect(await refused.lines().joined().contains("\(notes.path) is there already"))
        #expect(await refused.exitStatus() == 1)
        #expect(try Data(contentsOf: notes) == Data("mine".utf8))

        let terminal = try PseudoTerminal()
        let process = try play(on: terminal, ["--key-log", "/dev/full"])
        _ = await terminal.output { $0.contains("keys: ") }
        async let rest = terminal.output { Self.end(of: $0).contains("/dev/full is not whole: ") }
        terminal.type("a")
        terminal.type("q")
        #expect(await process.exitStatus() == 1)
        #expect(await rest != nil)
    }

    @Test func `the page says where it is, and ends when it is told`() async throws {
        let process = try ProgramProcess(
            ["dream", "--logdir", run, "--play", "--listen", "127.0.0.1:0"],
            environment: ["XDG_STATE_HOME": directory.file("state").path])
        let line = try #require(await process.line { $0.contains("the page: ") })
        #expect(line.contains("http://127.0.0.1:") && !line.contains("token="))
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 0)
        let open = try ProgramProcess(
            ["dream", "--logdir", run, "--play", "--listen", "0.0.0.0:0"],
            environment: ["XDG_STATE_HOME": directory.file("state").path])
        #expect(await open.lines().joined().contains("beyond this host"))
        #expect(await open.exitStatus() == 1)
    }
}
