// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The built program as a real process, which can be killed, paused and listened to.
final class ProgramProcess: Sendable {
    private let process: Process
    private let output: AsyncStream<String>
    private let ending: AsyncStream<Int32>

    /// Starts the program that was built beside these tests.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments.
    ///   - descriptors: How many descriptors it may have; nil leaves it as it is.
    /// - Throws: What the system says against it.
    init(_ arguments: [String], descriptors: Int? = nil) throws {
        process = Process()
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "worldmodels")
        process.executableURL = program
        process.arguments = arguments
        if let descriptors {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\"", program.path] + arguments
        }
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

    /// The most memory it had, in MiB; nil once it has ended.
    var peakMemory: Int? {
        let status = try? String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            .flatMap { Int($0) }.map { $0 >> 10 }
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// The next line it prints; nil at its end.
    func line(_ fits: (String) -> Bool = { _ in true }) async -> String? {
        for await line in output where fits(line) { return line }
        return nil
    }

    /// Waits for its end; called once.
    func exitStatus() async -> Int32? {
        for await status in ending { return status }
        return nil
    }
}
