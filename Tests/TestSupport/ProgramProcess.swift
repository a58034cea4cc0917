// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The built program as a real process, which can be killed, paused and listened to.
package final class ProgramProcess: Sendable {
    private let process: Process
    private let output: AsyncStream<String>
    private let ending: AsyncStream<Int32>

    /// Starts the program that was built beside these tests.
    ///
    /// It takes signals as one does that was started by hand, whatever these tests were started by,
    /// and dies with the value.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments.
    ///   - descriptors: How many descriptors it may have; nil leaves it as it is.
    ///   - command: What a shell runs, with the program and its arguments as "$0" "$@".
    ///   - environment: What its environment has beside this one's.
    /// - Throws: What the system says against it.
    package init(
        _ arguments: [String], descriptors: Int? = nil, command: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        process = Process()
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "worldmodels")
        let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "--default-signal=HUP,INT,TERM,PIPE,XFSZ", "/bin/sh", "-c",
                limit + (command ?? "exec \"$0\" \"$@\""), program.path,
            ] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let (output, printer) = AsyncStream.makeStream(of: String.self)
        self.output = output
        let (ending, finish) = AsyncStream.makeStream(of: Int32.self)
        self.ending = ending
        process.terminationHandler = { process in
            // As a shell tells it.
            finish.yield(
                process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus)
        }
        try process.run()
        let reader = pipe.fileHandleForReading
        Thread {
            var partial = Data()
            while case let data = reader.availableData, !data.isEmpty {
                partial += data
                while let end = partial.firstIndex(of: 0x0a) {
                    printer.yield(String(decoding: partial[..<end], as: UTF8.self))
                    partial = Data(partial[partial.index(after: end)...])
                }
            }
            printer.finish()
        }.start()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool { process.isRunning }

    /// The most memory it had, in MiB; nil once it has ended.
    package var peakMemory: Int? {
        let status = try? String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            .flatMap { Int($0) }.map { $0 >> 10 }
    }

    /// How many descriptors it may have, and how many it might ask for; nil once it has ended.
    package var descriptorLimits: (soft: Int, hard: Int)? {
        let limits = try? String(
            contentsOfFile: "/proc/\(process.processIdentifier)/limits", encoding: .utf8)
        let line = limits?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        let numbers = line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) } ?? []
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    /// The processes that it has started and that run.
    package var children: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter { process in
            // After the name, which may have spaces: the state and the parent.
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            let words = stat?.split(separator: ")").last?.split(separator: " ") ?? []
            return words.count > 1 && Int32(words[1]) == self.process.processIdentifier
        }
    }

    /// Sends it a signal.
    package func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Whether a signal that it was sent has yet to reach it.
    package var hasSignals: Bool {
        let status = try? String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("ShdPnd:") }
        return line?.dropFirst("ShdPnd:".count).contains { $0 != "0" && !$0.isWhitespace } == true
    }

    /// The next line it prints; nil at its end.
    package func line(_ fits: (String) -> Bool = { _ in true }) async -> String? {
        for await line in output where fits(line) { return line }
        return nil
    }

    /// What it prints until its end.
    package func lines() async -> [String] {
        var lines: [String] = []
        while let line = await line() { lines.append(line) }
        return lines
    }

    /// Waits for its end; called once.
    package func exitStatus() async -> Int32? {
        for await status in ending { return status }
        return nil
    }
}
