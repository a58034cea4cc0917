// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import TerminalOutput
import TestSupport
import Testing

@testable import worldmodels

/// What a coordinator tells of where it is.
struct AddressFileTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("address.json").path }

    init() throws { directory = try TemporaryDirectory() }

    private func announcement(
        _ arguments: [String], at address: String, key: String? = nil
    ) throws -> Announcement {
        try Announcement(
            of: address, run: "run", options: try ListeningOptions.parse(arguments),
            security: try ServerSecurityOptions.parse(
                key.map { ["--key", $0, "--allow", "x"] } ?? []),
            publicKey: key.map { _ in "PUBLIC" })
    }

    @Test func `a file has what a worker needs, and says how the coordinator ended`() throws {
        let told = try announcement(
            ["--address-file", path, "--advertise", "tcp://nat.example:*"],
            at: "tcp://127.0.0.1:5555", key: "keys/c.key")
        var file = try AddressFile(reading: path)
        #expect(file.addresses == ["tcp://nat.example:5555"] && file.publicKey == "PUBLIC")
        #expect(file.run == "run" && file.state == .running)
        #expect(
            told.command
                == "worldmodels worker --coordinator-file \(path) --key WORKER.key")
        try told.mark(.paused)
        file = try AddressFile(reading: path)
        #expect(file.state == .paused)
        // Who has begun to use the file meanwhile is not said to have ended.
        try AddressFile(run: "other", addresses: ["tcp://b:1"], publicKey: nil).write(to: path)
        try told.mark(.finished)
        #expect(try AddressFile(reading: path).state == .running)
    }

    @Test func `what is no such file is neither believed nor overwritten`() throws {
        #expect(throws: InputError.self) { try AddressFile(reading: path) }
        for text in [
            "", "{}",
            "{\"kind\":\"else\",\"state\":\"running\",\"run\":\"\",\"addresses\":[\"a\"]}",
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: InputError.self) {
                try announcement(["--address-file", path], at: "tcp://127.0.0.1:5555")
            }
            #expect(error?.description.contains("not overwritten") == true)
            #expect(FileManager.default.contents(atPath: path) == Data(text.utf8))
        }
    }

    @Test func `the printed command is complete`() throws {
        #expect(
            try announcement([], at: "tcp://127.0.0.1:5555").command
                == "worldmodels worker --connect tcp://127.0.0.1:5555")
        #expect(
            try announcement([], at: "tcp://10.0.0.1:5555").command
                == "worldmodels worker --connect tcp://10.0.0.1:5555 --insecure")
        let keyed = try announcement([], at: "tcp://[fd00::1]:5555", key: "my keys/c.key").command
        #expect(
            keyed == "worldmodels worker --connect 'tcp://[fd00::1]:5555' --key WORKER.key"
                + " --server-key 'my keys/c.public'")
    }

    @Test func `spans of time are read as people write them`() throws {
        let spans = ["90": 90.0, "90s": 90, "15m": 900, "4h": 14400, "2d": 172_800, "1.5h": 5400]
        for (text, seconds) in spans { #expect(TimeSpan(argument: text)?.seconds == seconds) }
        for text in ["", "h", "-1", "0", "1w", "1h30m", "inf", "nan", "1e3", "0x10", "99999d"] {
            #expect(TimeSpan(argument: text) == nil, "\(text)")
        }
        #expect(try TimeSpan.orNone("0").seconds == 0)
        #expect(try TimeSpan.orNone("2m").seconds == 120)
        #expect(throws: (any Error).self) { try TimeSpan.orNone("-1") }
        #expect(TimeSpan(seconds: 900).description == "15m")
        #expect(TimeSpan(seconds: 90).description == "90s")
    }

    @Test(arguments: [
        ["worker"], ["worker", "--connect", "tcp://a:1", "--coordinator-file", "f"],
        ["worker", "--connect", "tcp://a:1", "--lifetime", "2m", "--grace", "120"],
        ["worker", "--connect", "tcp://a:1", "--grace", "soon"],
        ["worker", "--connect", "tcp://a:1", "--stopped-status", "256"],
        ["coordinator", "--logdir", "r", "--advertise", "tcp://*:1"],
        ["coordinator", "--logdir", "r", "--bind", "5555"],
        ["generate", "--rollouts", "1", "--rootdir", "r", "--address-file", "f"],
        ["generate", "--rollouts", "1", "--rootdir", "r", "--stopped-status", "3"],
    ])
    func `what makes no sense is a wrong command line`(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            try WorldModels.parseAsRoot(arguments)
        }
        if let error { #expect(WorldModels.exitCode(for: error) == .validationFailure) }
    }
}
