// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// The program's search for an objective that asks and tells in JSON, killed and continued.
@Suite(.inTurn())
struct OptimizeTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private struct Ask: Decodable {
        struct Body: Decodable {
            var generation: Int
            var candidates: [[Double]]
            var repetitions: Int?
            var again: Bool?
        }
        var ask: Body
    }

    /// What one start of the program wrote, until its end or until it was killed.
    private struct Written {
        var asks: [String] = []
        var stop: String?
        var errors = ""
        var status: Int32 = 0
    }

    /// Starts the program and tells it costs; after so many tells it is killed.
    private func run(
        _ arguments: [String], killedAfter tells: Int = .max
    ) async throws -> Written {
        try await onThread { [self] in try converse(arguments, killedAfter: tells) }
    }

    /// The same on a thread that may wait; of which nothing can be expected, only thrown.
    private func converse(_ arguments: [String], killedAfter tells: Int) throws -> Written {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "worldmodels")
        process.arguments = ["optimize", "--dimension", "3"] + arguments
        let (input, output) = (Pipe(), Pipe())
        let errors = directory.file("errors")
        try Data().write(to: errors)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        var written = Written()
        var (partial, told) = (Data(), 0)
        reading: while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            partial += data
            while let end = partial.firstIndex(of: 0x0a) {
                let line = Data(partial[..<end])
                partial = Data(partial[partial.index(after: end)...])
                let text = String(decoding: line, as: UTF8.self)
                guard let ask = try? JSONDecoder().decode(Ask.self, from: line).ask else {
                    written.stop = text
                    continue
                }
                written.asks.append(text)
                let costs = ask.candidates.enumerated().map { Self.cost($1, ask, $0) }
                let list = costs.map { "\($0)" }.joined(separator: ",")
                try input.fileHandleForWriting.write(
                    contentsOf: Data("{\"tell\":[\(list)]}\n".utf8))
                told += 1
                if told == tells {
                    kill(process.processIdentifier, SIGKILL)
                    break reading
                }
            }
        }
        process.waitUntilExit()
        written.status = process.terminationStatus
        written.errors = try String(contentsOf: errors, encoding: .utf8)
        return written
    }

    /// A cost that depends on nothing but the candidate and which of its evaluations it is.
    private static func cost(_ x: [Double], _ ask: Ask.Body, _ index: Int) -> Double {
        let noise =
            ask.repetitions == nil ? 0 : sin(Double(index * 71 + (ask.again == true ? 13 : 0)))
        return x.reduce(noise) { $0 + ($1 - 1.25) * ($1 - 1.25) }
    }

    @Test(arguments: [
        ["--integers", "1", "--restarts", "ipop", "--population-growth", "1.5"],
        ["--noise-handling", "5", "--x0", "1,2,3", "--deviations", "1,2,1"],
    ])
    func `a search that was killed goes on from its state as if it had not been`(
        options: [String]
    ) async throws {
        let all = options + ["--max-evaluations", "900", "--seed", "7"]
        let whole = try await run(all + ["--state", directory.file("whole").path])
        #expect(whole.status == 0)
        let state = directory.file("parts").path
        var asks: [String] = []
        var stop: String?
        var starts = 0
        while stop == nil {
            let part = try await run(all + ["--state", state], killedAfter: 11)
            starts += 1
            for ask in part.asks where asks.last != ask {
                // A generation whose second evaluations were not told is asked for anew.
                if let known = asks.firstIndex(of: ask) { asks.removeSubrange(known...) }
                asks.append(ask)
            }
            stop = part.stop
            try #require(starts < 100)
        }
        #expect(starts > 3)
        #expect(asks == whole.asks)
        #expect(stop == whole.stop)
        #expect(
            try Data(contentsOf: directory.file("parts"))
                == Data(contentsOf: directory.file("whole")))
        // What is over stays so, and says it again.
        let after = try await run(all + ["--state", state])
        #expect(after.asks.isEmpty && after.stop == stop && after.status == 0)
    }

    @Test func `of a file of numbers the wrong line is named`() async throws {
        let file = directory.file("start")
        try Data("1.0\r\nfoo\r\n".utf8).write(to: file)
        let search = try ProgramProcess(["optimize", "--dimension", "2", "--x0", file.path])
        #expect(await search.line { $0.contains("start: line 2 holds") } != nil)
        #expect(await search.exitStatus() == 64)
    }

    @Test func `a state of another search is refused and stays as it is`() async throws {
        let state = directory.file("state")
        _ = try await run(["--max-evaluations", "50", "--state", state.path])
        let before = try Data(contentsOf: state)
        let other = try await run([
            "--max-evaluations", "50", "--sigma", "2", "--state", state.path,
        ])
        #expect(other.status == 1 && other.asks.isEmpty)
        #expect(other.errors.contains("another --sigma"), "\(other.errors)")
        #expect(try Data(contentsOf: state) == before)
        let foreign = directory.file("foreign")
        try Data("a letter".utf8).write(to: foreign)
        let refused = try await run(["--state", foreign.path])
        #expect(refused.status == 1 && refused.errors.contains("foreign"))
        #expect(try Data(contentsOf: foreign) == Data("a letter".utf8))
    }

    @Test func `progress and a picture leave the conversation as it is`() async throws {
        let options = ["--max-evaluations", "300", "--inject", directory.file("start").path]
        try Data("[0.5, 0.25, 0.25]\n0.25 0.5 0.5\n".utf8).write(to: directory.file("start"))
        let plain = try await run(options)
        let picture = directory.file("search.png")
        let shown = try await run(options + ["--verbose", "--plot", picture.path])
        #expect(shown.asks == plain.asks && shown.stop == plain.stop)
        #expect(plain.errors.isEmpty)
        #expect(shown.errors.contains("3 variables") && shown.errors.contains("maxfevals"))
        #expect(try Data(contentsOf: picture).prefix(4) == Data([0x89, 0x50, 0x4e, 0x47]))
        let first = try JSONDecoder().decode(Ask.self, from: Data(plain.asks[0].utf8)).ask
        #expect(first.candidates.prefix(2) == [[0.5, 0.25, 0.25], [0.25, 0.5, 0.5]])
        try Data("[1.5, 1]\n".utf8).write(to: directory.file("start"))
        let wrong = try await run(options)
        #expect(wrong.status != 0 && wrong.errors.contains("line 1"), "\(wrong.errors)")
    }

    @Test(arguments: [
        ["--lower", "1,2"], ["--lower", "nowhere"], ["--integers", "3"],
        ["--lower", "0.25", "--upper", "0.75", "--x0", "0.5", "--integers", "0"],
        ["--tolfun", "-1"], ["--noise-handling", "0"], ["--population-growth", "0.5"],
        ["--min-deviations", "-1", "--integers", "0"], ["--target-cost", "nan"], ["--x0", "-inf"],
        ["--x0", "3", "--lower", "-1", "--upper", "1"], ["--sigma", "inf"], ["--deviations", "0"],
        ["--population", "3"], ["--integers", "0", "--variant", "limited-memory"],
        ["--learning-rates", "adaptive"], ["--restart-lower", "-inf", "--restart-upper", "1"],
    ])
    func `options that cannot be are named`(options: [String]) async throws {
        let written = try await run(options)
        #expect(written.status == 64 && written.asks.isEmpty)
        // What follows says how the program is used, with all options.
        let reason = written.errors.split(separator: "\n").first { $0.hasPrefix("Error: ") }
        #expect(reason?.contains(options[0]) == true, "\(written.errors)")
    }

    @Test func `a solution that cannot be is named by its line`() async throws {
        let file = directory.file("start")
        let options = ["--lower", "-9", "--upper", "9", "--inject", file.path]
        for (wrong, reason) in [("1 nan 1", "nan"), ("1 1 10", "10.0, outside"), ("1 1", "3")] {
            try Data("0.5 0.25 0.25\n\n\(wrong)\n".utf8).write(to: file)
            let refused = try await run(options)
            #expect(refused.status == 1 && refused.asks.isEmpty)
            #expect(refused.errors.contains("\(file.path): line 3"), "\(refused.errors)")
            #expect(refused.errors.contains(reason), "\(refused.errors)")
        }
    }
}
