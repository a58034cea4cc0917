// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// Every command ends by a signal in each of its phases, and leaves nothing half-written.
@Suite(.inTurn())
struct StopSignalTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func path(_ name: String) -> String { directory.file(name).path }

    /// The agent that comes with the program.
    private static let agent = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Sources/worldmodels/Agent").standardized.path

    /// What is half-written in the test's directory.
    private var unfinished: [String] {
        let names = FileManager.default.enumerator(atPath: directory.path)
        return (names?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".partial") }
    }

    /// Starts the program and waits until it writes a file; anew, without its output, where that was
    /// there before anybody looked.
    private func writing(_ arguments: [String], output: String) async throws -> ProgramProcess {
        while true {
            let process = try ProgramProcess(arguments)
            while unfinished.isEmpty, process.isRunning {
                try Task.checkCancellation()
                try await Task.sleep(for: .milliseconds(5))
            }
            if !unfinished.isEmpty { return process }
            #expect(await process.exitStatus() == 0)
            try FileManager.default.removeItem(atPath: output)
        }
    }

    private func record(_ rollouts: Int, steps: Int = 34) async throws -> String {
        let process = try ProgramProcess([
            "generate", "--rollouts", "\(rollouts)", "--rootdir", path("data"), "--steps",
            "\(steps)",
        ])
        #expect(await process.exitStatus() == 0)
        return path("data")
    }

    private func models() throws -> String {
        let run = directory.file("run")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        try QuickModels.vae.write(to: run.appending(path: "vae.safetensors"))
        try QuickModels.mdrnn.write(to: run.appending(path: "mdrnn.safetensors"))
        return run.path
    }

    /// Two signals, of which the second ends what the first does not.
    ///
    /// An orderly end may be over before the second signal is sent; its status is `drained` then.
    private func expectEnd(
        of process: ProgramProcess, by first: Int32, _ second: Int32, drained: Int32? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) async {
        process.signal(first)
        process.signal(second)
        let status = await process.exitStatus()
        // Signals that are both pending come in no certain order.
        #expect(
            [128 + first, 128 + second, drained].contains(status), sourceLocation: location)
        #expect(unfinished == [], sourceLocation: location)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a film is given up at once and nothing of it is left`(signal: Int32) async throws {
        let film = path("film.gif")
        let commands = [
            ["play", "--pretrained", "--output", film, "--frame-every", "1"],
            [
                "dream", "--logdir", Self.agent, "--output", film, "--steps", "100000", "--start",
                "0",
            ],
            ["env", "play", "--output", film, "--max-steps", "100000"],
        ]
        for command in commands {
            let process = try await writing(command, output: film)
            process.signal(signal)
            #expect(await process.exitStatus() == 128 + signal)
            #expect(try directory.contents() == [], "\(command)")
        }
    }

    @Test func `training is given up in each of its phases, and goes on later`() async throws {
        let data = try await record(3, steps: 200)
        let run = try models()
        for command in ["train-vae", "train-mdrnn"] {
            let arguments = [
                command, "--logdir", run, "--data", data, "--epochs", "1000000", "--noreload",
                "--patience", "1000000",
            ]
            let starting = try ProgramProcess(arguments)
            await expectEnd(of: starting, by: SIGTERM, SIGINT)
            let training = try ProgramProcess(arguments)
            _ = await training.line { $0.contains("epoch 1") }
            training.signal(SIGINT)
            #expect(await training.exitStatus() == 128 + SIGINT)
            #expect(unfinished == [])
        }
    }

    @Test func `a recording ends, here and with workers, whoever is there`() async throws {
        // More than are driven before anybody looks.
        let arguments = [
            "generate", "--rollouts", "100000", "--rootdir", path("data"), "--steps", "200",
        ]
        let here = try ProgramProcess(arguments)
        while !((try? FileManager.default.contentsOfDirectory(atPath: path("data"))) ?? [])
            .contains(where: { $0.hasSuffix(".npz") })
        {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(5))
        }
        here.signal(SIGTERM)
        #expect(await here.exitStatus() == 128 + SIGTERM)
        #expect(unfinished == [])

        let there = try ProgramProcess(arguments + ["--bind", "tcp://127.0.0.1:*"])
        let greeting = await there.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let worker = try ProgramProcess(["worker", "--connect", address])
        _ = await there.line { $0.contains("joined") }
        await expectEnd(of: there, by: SIGTERM, SIGHUP)
        await expectEnd(of: worker, by: SIGTERM, SIGINT, drained: 0)
    }

    @Test func `a worker without a coordinator, and who asks for the status, end`() async throws {
        let worker = try ProgramProcess(["worker", "--connect", "tcp://127.0.0.1:9"])
        _ = await worker.line()
        await expectEnd(of: worker, by: SIGHUP, SIGTERM, drained: 0)
        let status = try ProgramProcess([
            "status", "--connect", "tcp://127.0.0.1:9", "--timeout", "1000",
        ])
        await expectEnd(of: status, by: SIGINT, SIGTERM)
    }

    @Test func `a coordinator ends while it trains`() async throws {
        let data = try await record(3, steps: 200)
        let arguments = [
            "coordinator", "--logdir", path("run"), "--data", data, "--vae-epochs", "1000000",
            "--mdrnn-epochs", "1000000",
        ]
        let orderly = try ProgramProcess(arguments)
        _ = await orderly.line { $0.contains("epoch 1") }
        orderly.signal(SIGINT)
        #expect(await orderly.line { $0.contains("the same command goes on") } != nil)
        #expect(await orderly.exitStatus() == 128 + SIGINT)
        // As `timeout` sends it: to the program, and then to its group; in time, which a machine that
        // has other things to do may miss now and then.
        var isEcho = false
        for _ in 0..<10 where !isEcho {
            let echoed = try ProgramProcess(arguments)
            _ = await echoed.line { $0.contains("epochs done") }
            try await onThread {
                echoed.signal(SIGTERM)
                while echoed.hasSignals {}
                echoed.signal(SIGTERM)
            }
            isEcho = await echoed.line { $0.contains("the same command goes on") } != nil
            #expect(await echoed.exitStatus() == 128 + SIGTERM)
        }
        #expect(isEcho)
        let hasty = try ProgramProcess(arguments)
        _ = await hasty.line { $0.contains("epochs done") }
        await expectEnd(of: hasty, by: SIGINT, SIGTERM)
    }

    @Test func `a coordinator that has trained ends while it searches`() async throws {
        let data = try await record(3)
        let coordinator = try ProgramProcess([
            "coordinator", "--logdir", path("run"), "--data", data, "--vae-epochs", "1",
            "--mdrnn-epochs", "1", "--pop-size", "4", "--n-samples", "1",
        ])
        _ = await coordinator.line { $0.contains("a new run") }
        coordinator.signal(SIGINT)
        // Each phase has its own orderly end.
        #expect(await coordinator.line { $0.contains("the run stops: told to stop") } != nil)
        #expect(await coordinator.exitStatus() == 128 + SIGINT)
    }

    @Test func `a coordinator ends while it searches, with workers and without`() async throws {
        let run = try models()
        let arguments = [
            "coordinator", "--logdir", run, "--pop-size", "4", "--n-samples", "1",
        ]
        let alone = try ProgramProcess(arguments)
        _ = await alone.line { $0.contains("--connect ") }
        await expectEnd(of: alone, by: SIGHUP, SIGTERM)

        let coordinator = try ProgramProcess(arguments)
        let greeting = await coordinator.line { $0.contains("--connect ") }
        let address = try #require(greeting?.split(separator: " ").last.map(String.init))
        let worker = try ProgramProcess(["worker", "--connect", address])
        _ = await coordinator.line { $0.contains("joined") }
        // It hangs: what it has is never handed back.
        worker.signal(SIGSTOP)
        await expectEnd(of: coordinator, by: SIGTERM, SIGINT)
        worker.signal(SIGKILL)
    }

    @Test func `a coordinator ends while its output waits for a reader`() async throws {
        let run = try models()
        let fifo = path("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        let reader = open(fifo, O_RDWR | O_NONBLOCK)
        defer { close(reader) }
        // Full, so that whoever writes to it waits for ever.
        let block = [UInt8](repeating: 0x20, count: 4096)
        while write(reader, block, block.count) > 0 {}
        let process = try ProgramProcess(
            ["coordinator", "--logdir", run], command: "exec \"$0\" \"$@\" > '\(fifo)'")
        while !FileManager.default.fileExists(atPath: run + "/run.sqlite") {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(5))
        }
        process.signal(SIGINT)
        process.signal(SIGTERM)
        #expect([128 + SIGINT, 128 + SIGTERM].contains(await process.exitStatus()))
    }

    @Test func `an evaluation, a search for another program and a benchmark end`() async throws {
        let commands = [
            ["evaluate", "--pretrained", "--video", path("film.gif")],
            ["optimize", "--dimension", "2"],
            ["benchmark", "rollout", "--seconds", "1000"],
            ["env", "tracks", "--seeds", "0:1000000"],
        ]
        // Nobody writes to it.
        #expect(mkfifo(path("stdin"), 0o600) == 0)
        let writer = open(path("stdin"), O_RDWR)
        defer { close(writer) }
        for command in commands {
            let process = try ProgramProcess(
                command, command: "exec \"$0\" \"$@\" < '\(path("stdin"))'")
            await expectEnd(of: process, by: SIGINT, SIGTERM)
        }
    }

    @Test func `a backup leaves no part of a copy`() async throws {
        let run = try models()
        let coordinator = try ProgramProcess(["coordinator", "--logdir", run])
        _ = await coordinator.line { $0.contains("--connect ") }
        coordinator.signal(SIGTERM)
        _ = await coordinator.exitStatus()
        // A large file takes its time.
        let large = open(run + "/large", O_WRONLY | O_CREAT, 0o600)
        #expect(ftruncate(large, 1 << 29) == 0)
        close(large)
        let backup = try await writing(["backup", run, path("copy")], output: path("copy"))
        await expectEnd(of: backup, by: SIGTERM, SIGINT)
        #expect(try directory.contents() == ["run"])
    }

    @Test func `what nohup has started goes on after SIGHUP`() async throws {
        let process = try ProgramProcess(
            ["worker", "--connect", "tcp://127.0.0.1:9"],
            command: "trap '' HUP; exec \"$0\" \"$@\"")
        _ = await process.line()
        process.signal(SIGHUP)
        process.signal(SIGTERM)
        #expect(await process.exitStatus() == 0)
    }
}
