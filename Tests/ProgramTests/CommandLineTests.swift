// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import TerminalOutput
import Testing

@testable import worldmodels

struct CommandLineTests {
    private static func parse<Command: ParsableCommand>(
        _ arguments: [String], as _: Command.Type = Command.self
    ) throws -> Command {
        let command = try WorldModels.parseAsRoot(NegativeNumbers.joined(arguments))
        return try #require(command as? Command)
    }

    @Test func `a negative number is an option's value`() throws {
        let search = try Self.parse(
            [
                "optimize", "--dimension", "2", "--x0", "-1", "--lower", "-1e3", "--upper", "-.5",
                "--target-cost", "-inf", "--restart-lower", "-2", "--restart-upper", "-1",
            ], as: OptimizeCommand.self)
        let configuration = try search.options.configuration()
        #expect(configuration.strategy.initialMean == [-1, -1])
        #expect(configuration.strategy.bounds?.lower == [-1000, -1000])
        #expect(configuration.strategy.bounds?.upper == [-0.5, -0.5])
        #expect(configuration.strategy.stopping.targetCost == -.infinity)
        #expect(configuration.startingBox?.lower == [-2, -2])
        #expect(configuration.startingBox?.upper == [-1, -1])
        let coordinator = try Self.parse(
            ["coordinator", "--logdir", "run", "--target-return", "-50", "--display"],
            as: CoordinatorCommand.self)
        #expect(coordinator.targetReturn == -50 && coordinator.display)
        #expect(coordinator.serving.dashboard == nil)
        let shown = try Self.parse(
            ["coordinator", "--dashboard", "--logdir", "run"], as: CoordinatorCommand.self)
        #expect(shown.serving.dashboard == "127.0.0.1:8484" && shown.logdir == "run")
        let elsewhere = try Self.parse(
            ["coordinator", "--logdir", "run", "--dashboard", "0.0.0.0:80"],
            as: CoordinatorCommand.self)
        #expect(elsewhere.serving.dashboard == "0.0.0.0:80")
    }

    @Test func `arguments that are no negative numbers stay as they are`() {
        let kept = [
            ["optimize", "--x0", "--lower"], ["-1", "--x0"], ["inspect", "run", "-h"],
            ["--x0=3", "-1"], ["--", "--x0", "-1"], ["--display", "--x0", "nan"],
        ]
        for arguments in kept { #expect(NegativeNumbers.joined(arguments) == arguments) }
        #expect(NegativeNumbers.joined(["--seeds", "-5:5"]) == ["--seeds=-5:5"])
    }

    @Test(arguments: [
        ["optimize", "--dimension", "-2"],
        ["optimize", "--dimension", "2", "--max-evaluations", "-1"],
        ["coordinator", "--logdir", "run", "--generations", "-1"],
        ["coordinator", "--logdir", "run", "--vae-epochs", "-1"],
        ["status", "--connect", "tcp://127.0.0.1:1", "--timeout", "-1"],
        ["evaluate", "--pretrained", "--episodes", "-1"],
        ["evaluate", "--pretrained", "--worst", "0"],
        ["evaluate", "--pretrained", "--worst-films", "films"],
        ["play", "--output", "a", "--seed", "-1"],
    ])
    func `a negative number where none can be is named, not missed`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            _ = try WorldModels.parseAsRoot(NegativeNumbers.joined(arguments))
        }
        let message = error.map { WorldModels.message(for: $0) } ?? ""
        #expect(!message.contains("Missing value"), "\(message)")
        let option = arguments.last { $0.hasPrefix("--") } ?? "?"
        #expect(message.contains(option), "\(message)")
    }

    @Test(arguments: [
        ["coordinator", "--logdir", "run", "--dashboard", "host"],
        ["coordinator", "--logdir", "run", "--metrics", "127.0.0.1:70000"],
        ["dashboard", "run", "--tls-certificate", "a.pem"],
        ["dashboard", "run", "--bind", "a b:1"],
        ["dashboard", "run", "--dashboard-host", "https://models.example/"],
        ["coordinator", "--logdir", "run", "--dashboard-token", "token"],
        ["optimize", "--dimension", "2", "--trusted-proxy"],
        ["dream", "--logdir", "run", "--play", "--dashboard-link", "link"],
    ])
    func `a page's address or guard that is none, or of no page, is named`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            _ = try WorldModels.parseAsRoot(arguments)
        }
        let option = arguments.last { $0.hasPrefix("--") } ?? "?"
        let message = error.map { WorldModels.message(for: $0) } ?? ""
        #expect(message.contains(option), "\(message)")
    }

    @Test(arguments: [
        ["evaluate", "--pretrained", "--episodes", "\(Int.max)"],
        ["evaluate", "--pretrained", "--threads", "\(Int.max)"],
        ["generate", "--rootdir", "data", "--rollouts", "\(Int.max)"],
        ["generate", "--rollouts", "1", "--rootdir", "data", "--threads", "\(Int.max)"],
    ])
    func `a number that no memory holds is refused by name`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            _ = try WorldModels.parseAsRoot(arguments)
        }
        let message = error.map { WorldModels.message(for: $0) } ?? ""
        #expect(message.contains("\(arguments[arguments.count - 2]) \(Int.max)"), "\(message)")
    }

    @Test(arguments: [
        ["play", "--pretrained", "--output", "lap.mp4"],
        ["evaluate", "--pretrained", "--video", "lap.avi"],
        ["dream", "--logdir", "run", "--output", "dream.png"],
        ["env", "play", "--output", "lap.mp4"],
    ])
    func `a film of another kind than its name says is not made`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            _ = try WorldModels.parseAsRoot(arguments)
        }
        let message = error.map { WorldModels.message(for: $0) } ?? ""
        let named = arguments.suffix(2).joined(separator: " ")
        #expect(message.contains("\(named): a film is a .webm or a .gif"), "\(message)")
    }

    @Test(arguments: [
        ["optimize", "--dimension", "2", "--retries", "-1"],
        ["optimize", "--dimension", "2", "--retries", "1001"],
        ["optimize", "--dimension", "2", "--n-samples", "0"],
        ["optimize", "--dimension", "2", "--n-samples", "65537"],
        ["optimize", "--dimension", "2", "--memory-limit", "512MB"],
        ["optimize", "--dimension", "2", "--memory-limit", "0MiB"],
        ["optimize", "--dimension", "2", "--memory-limit", "1048577GiB"],
        ["optimize", "--dimension", "2", "--time-limit", "0"],
        ["optimize", "--dimension", "2", "--objective", " "],
        ["optimize", "--dimension", "2", "--processes", "3"],
        ["worker", "--connect", "tcp://127.0.0.1:1", "--objective", " "],
        ["worker", "--connect", "tcp://127.0.0.1:1", "--time-limit", "3s"],
        ["worker", "--connect", "tcp://127.0.0.1:1", "--memory-limit", "1GiB"],
    ])
    func `what an objective cannot be given is named`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            _ = try WorldModels.parseAsRoot(NegativeNumbers.joined(arguments))
        }
        let message = error.map { WorldModels.message(for: $0) } ?? ""
        let option = arguments.last { $0.hasPrefix("--") } ?? "?"
        #expect(message.contains(option), "\(message)")
    }

    @Test func `amounts of memory are read as they are written`() {
        for text in ["1MiB", "512MiB", "3GiB"] {
            #expect(MemorySize(argument: text)?.description == text)
        }
        #expect(MemorySize(argument: "512MiB")?.bytes == 512 << 20)
        #expect(MemorySize(argument: "3GiB")?.bytes == 3 << 30)
        #expect(MemorySize(argument: "2048MiB")?.description == "2GiB")
    }

    @Test func `candidates that no message could carry are refused before anybody listens`()
        async throws
    {
        let command = try Self.parse(
            [
                "optimize", "--dimension", "140000", "--variant", "separable", "--bind",
                "tcp://127.0.0.1:*", "--logdir", "/nowhere/run",
            ], as: OptimizeCommand.self)
        let error = await #expect(throws: InputError.self) { try await command.run() }
        #expect(error?.description.contains("workers are sent at most 262144") == true)
    }

    @Test(arguments: [
        (["--dimension", "1000000"], "limited-memory"),
        (["--dimension", "\(Int.max)"], "fewer variables"),
        (["--dimension", "2", "--population", "\(Int.max)"], "smaller population"),
    ])
    func `a search that exceeds the memory is refused with what would fit`(
        options: [String], advice: String
    ) async throws {
        let command = try Self.parse(["optimize"] + options, as: OptimizeCommand.self)
        let error = await #expect(throws: InputError.self) { try await command.run() }
        #expect(error?.description.contains("takes about") == true)
        #expect(error?.description.contains(advice) == true)
    }

    /// What the help of all commands is made of.
    private struct Help: Decodable {
        struct Name: Decodable { var name: String }
        struct Argument: Decodable {
            var kind: String
            var abstract: String?
            var discussion: String?
            var valueName: String?
            var shouldDisplay: Bool?
            var names: [Name]?
        }
        struct Command: Decodable {
            var commandName: String
            var abstract: String?
            var discussion: String?
            var subcommands: [Command]?
            var arguments: [Argument]?

            var all: [Command] { [self] + (subcommands ?? []).flatMap(\.all) }
        }
        var command: Command
    }

    private static func commands() throws -> [Help.Command] {
        try JSONDecoder().decode(Help.self, from: Data(WorldModels._dumpHelp().utf8)).command.all
    }

    @Test func `no help breaks a line within a sentence`() throws {
        var texts = 0
        for command in try Self.commands() {
            let arguments = (command.arguments ?? []).flatMap { [$0.abstract, $0.discussion] }
            for text in [command.abstract, command.discussion] + arguments {
                guard let text else { continue }
                texts += 1
                for line in text.split(separator: "\n").dropLast() {
                    #expect(".:".contains(line.last ?? "?"), "\(command.commandName): \(line)")
                }
            }
        }
        #expect(texts > 100)
    }

    @Test func `every --json says how its object is laid out`() throws {
        var count = 0
        for command in try Self.commands() {
            for argument in command.arguments ?? []
            where argument.names?.contains(where: { $0.name == "json" }) == true {
                count += 1
                #expect(
                    argument.abstract?.contains("on one line") == true, "\(command.commandName)")
            }
        }
        #expect(count >= 5)
    }

    @Test func `an option's value is called by what it is, not by the option's name`() throws {
        for command in try Self.commands() {
            for argument in command.arguments ?? []
            where argument.kind == "option" && argument.shouldDisplay != false {
                let names = (argument.names ?? []).map(\.name)
                guard let value = argument.valueName, names.contains(value) else { continue }
                // Where the name says all there is to say.
                #expect(Self.plainNames.contains(value), "\(command.commandName) --\(value)")
            }
        }
    }

    private static let plainNames: Set<String> = [
        "seed", "variant", "factorisation", "restarts", "recombination", "controller-inputs",
        "controller-mapping", "latent", "antialiasing", "precision", "policy", "gl", "sigma",
    ]
}
