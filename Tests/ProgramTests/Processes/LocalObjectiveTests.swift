// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

/// The program's search with an objective that it starts itself.
@Suite(.inTurn())
struct LocalObjectiveTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A shell script that answers each line with the squared distance from 1; `before` runs ahead of
    /// each answer.
    private func script(_ name: String, before: String = "") throws -> String {
        let text = """
            while read -r line; do
              \(before)
              printf '%s\\n' "$line" | sed 's/.*"parameters":\\[\\([^]]*\\)\\].*/\\1/' | awk -F, '{
                s = 0
                for (i = 1; i <= NF; i++) s += ($i - 1) * ($i - 1)
                printf "{\\"cost\\":%.17g}\\n", s
              }'
            done
            """
        let file = directory.file(name)
        try Data(text.utf8).write(to: file)
        return "sh '\(file.path)'"
    }

    private static let search = [
        "optimize", "--dimension", "2", "--max-evaluations", "48", "--seed", "5",
    ]

    private func lines(_ options: [String]) async throws -> (lines: [String], status: Int32?) {
        let process = try ProgramProcess(Self.search + options)
        let lines = await process.lines()
        return (lines, await process.exitStatus())
    }

    /// The stop of the same search whose costs are told by this process.
    private func toldStop() async throws -> String {
        try await onThread { try Self.converse() }
    }

    private static func converse() throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "worldmodels")
        process.arguments = search
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var partial = Data()
        while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            partial += data
            while let end = partial.firstIndex(of: 0x0a) {
                let line = String(decoding: partial[..<end], as: UTF8.self)
                partial = Data(partial[partial.index(after: end)...])
                guard line.hasPrefix("{\"ask\"") else { return line }
                guard let start = line.range(of: "[[")?.upperBound else { return line }
                let costs = line[start...].dropLast(4).components(separatedBy: "],[").map { text in
                    text.split(separator: ",").compactMap { Double($0) }
                        .reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
                }
                let list = costs.map { "\($0)" }.joined(separator: ",")
                try input.fileHandleForWriting.write(
                    contentsOf: Data("{\"tell\":[\(list)]}\n".utf8))
            }
        }
        return "it did not stop"
    }

    @Test func `the result is that of costs told, however many run at once`() async throws {
        let expected = try await toldStop()
        let objective = try script("sphere.sh")
        for count in ["1", "3"] {
            let found = try await lines(["--objective", objective, "--processes", count])
            #expect(found.lines == [expected] && found.status == 0)
        }
    }

    @Test func `a program that dies now and then is started again`() async throws {
        let expected = try await toldStop()
        let count = directory.file("count").path
        let objective = try script(
            "frail.sh", before: "printf x >> '\(count)'; [ $(wc -c < '\(count)') = 9 ] && exit 3")
        let found = try await lines(["--objective", objective, "--processes", "1"])
        #expect(found.lines.last == expected && found.status == 0)
        #expect(found.lines.first?.contains("exit status 3") == true, "\(found.lines)")
        let stopped = try await lines([
            "--objective", try script("dead.sh", before: "echo no disk >&2; exit 4"),
            "--on-failure",
            "stop", "--retries", "1",
        ])
        #expect(stopped.status == 1)
        #expect(stopped.lines.contains { $0.contains("no disk") && $0.contains("Error") })
    }

    @Test func `without the program there is an error, and what it may take is kept to`()
        async throws
    {
        let missing = try await lines(["--objective", "exec /nowhere/objective"])
        #expect(missing.status == 1)
        #expect(missing.lines.contains { $0.contains("exit status 127") }, "\(missing.lines)")
        let slow = try await lines([
            "--objective", try script("slow.sh", before: "exec sleep 100"), "--time-limit", "0.2s",
            "--retries", "0", "--max-failed-generations", "0", "--processes", "8",
        ])
        #expect(slow.status == 1)
        #expect(slow.lines.contains { $0.contains("no answer within") }, "\(slow.lines)")
        #expect(slow.lines.contains { $0.contains("failedgenerations") }, "\(slow.lines)")
    }

    @Test func `several evaluations have seeds of their own, the same for all candidates`()
        async throws
    {
        let seen = directory.file("seen").path
        let objective = try script("seeds.sh", before: "printf '%s\\n' \"$line\" >> '\(seen)'")
        let found = try await lines([
            "--objective", objective, "--n-samples", "2", "--processes", "1", "--max-generations",
            "2",
        ])
        #expect(found.status == 0)
        struct Task: Decodable, Hashable {
            var generation: Int
            var candidate: Int
            var repetition: Int
            var seed: UInt64
        }
        let tasks = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Task.self, from: Data($0.utf8))
        }
        #expect(tasks.count == 2 * 2 * 6 && Set(tasks).count == tasks.count)
        let seeds = Dictionary(grouping: tasks) { [$0.generation, $0.repetition] }
            .mapValues { Set($0.map(\.seed)) }
        #expect(seeds.count == 4 && seeds.values.allSatisfy { $0.count == 1 })
        #expect(Set(seeds.values.flatMap { $0 }).count == 4)
    }

    @Test func `told to stop it says so, and goes on from its state`() async throws {
        let expected = try await toldStop()
        let state = directory.file("state").path
        let gate = directory.file("gate").path
        let count = directory.file("count").path
        // From the twentieth evaluation on it waits until it may go on.
        let objective = try script(
            "gate.sh",
            before: "printf x >> '\(count)'; [ $(wc -c < '\(count)') -lt 20 ] || "
                + "until [ -e '\(gate)' ]; do echo waiting >&2; sleep 0.05; done")
        let options = ["--objective", objective, "--processes", "1", "--state", state]
        let process = try ProgramProcess(Self.search + options)
        while (try? Data(contentsOf: URL(fileURLWithPath: count)).count) ?? 0 < 20 {
            try Task.checkCancellation()
            await Task.yield()
        }
        process.signal(SIGTERM)
        let lines = await process.lines()
        #expect(await process.exitStatus() == 128 + SIGTERM)
        #expect(lines.contains { $0.contains("\"interrupted\"") }, "\(lines)")
        try Data().write(to: URL(fileURLWithPath: gate))
        let rest = try await self.lines(options)
        #expect(rest.lines == [expected] && rest.status == 0)
    }

    @Test func `the best at the end is what was evaluated, where that is rounded`() async throws {
        let seen = directory.file("seen").path
        let objective = try script("sphere.sh", before: "printf '%s\\n' \"$line\" >> '\(seen)'")
        let found = try await lines([
            "--objective", objective, "--parameters", "float32", "--processes", "1",
        ])
        #expect(found.status == 0)
        struct Task: Decodable { var parameters: [Double] }
        struct Line: Decodable {
            struct Stop: Decodable {
                var best: [Double]
                var bestCost: Double
            }
            var stop: Stop
        }
        let tasks = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Task.self, from: Data($0.utf8)).parameters
        }
        let line = try #require(found.lines.last)
        let stop = try JSONDecoder().decode(Line.self, from: Data(line.utf8)).stop
        #expect(tasks.contains(stop.best), "\(stop.best)")
        #expect(stop.best.allSatisfy { $0 == Double(Float($0)) })
        #expect(stop.bestCost == stop.best.reduce(0) { $0 + ($1 - 1) * ($1 - 1) })
    }

    @Test func `killed, it leaves nothing behind that it has started`() async throws {
        let file = directory.file("processes")
        // Neither the end of its input nor a polite signal ends it.
        let objective =
            "trap '' TERM INT HUP; sleep 600 <&- & echo $! $$ > '\(file.path)'; wait"
        let process = try ProgramProcess(
            Self.search + ["--objective", objective, "--processes", "1"])
        var numbers: [Int32] = []
        while numbers.count < 2 {
            try Task.checkCancellation()
            await Task.yield()
            numbers = ((try? String(contentsOf: file, encoding: .utf8)) ?? "")
                .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        // The objective and who watches over its group.
        var children: [Int32] = []
        while children.count < 2 {
            try Task.checkCancellation()
            await Task.yield()
            children = process.children
        }
        #expect(children.contains(numbers[1]) && !children.contains(numbers[0]))
        process.signal(SIGKILL)
        #expect(await process.exitStatus() == 128 + SIGKILL)
        for number in numbers + children { try await ProcessEnds.end(of: number) }
    }

    @Test func `signals are as a program finds them that was started by hand`() async throws {
        let file = directory.file("signals")
        let found = try await lines([
            "--objective",
            try script("signals.sh", before: "grep ^Sig /proc/self/status > '\(file.path)'"),
            "--processes", "1", "--max-generations", "1",
        ])
        #expect(found.status == 0, "\(found.lines)")
        var signals: [String: UInt64] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(whereSeparator: { ":\t".contains($0) })
            signals[String(words[0])] = words.dropFirst().first.flatMap { UInt64($0, radix: 16) }
        }
        #expect(signals["SigBlk"] == 0)
        // What the program itself ignores or waits for, whoever started it.
        for number in [SIGPIPE, SIGXFSZ, SIGCHLD, SIGTERM, SIGINT, SIGHUP] {
            let ignored = try #require(signals["SigIgn"]) >> UInt64(number - 1) & 1
            #expect(ignored == 0, "signal \(number)")
        }
    }

    @Test func `how it ended is known whatever was ignored by who started the program`()
        async throws
    {
        let process = try ProgramProcess(
            Self.search + [
                "--objective", try script("dead.sh", before: "exit 3"), "--on-failure", "stop",
                "--retries", "0",
            ], command: "trap '' CHLD; exec \"$0\" \"$@\"")
        #expect(await process.line { $0.contains("exit status 3") } != nil)
        #expect(await process.exitStatus() == 1)
    }

    @Test func `a program that cannot be run is named, and each policy ends as it says`()
        async throws
    {
        let file = directory.file("notes")
        try Data("no program".utf8).write(to: file)
        let forbidden = try await lines(["--objective", "exec '\(file.path)'"])
        #expect(forbidden.status == 1)
        #expect(forbidden.lines.contains { $0.contains("exit status 126") }, "\(forbidden.lines)")
        // Of six candidates the one that always fails is tried three times, and ranks worst.
        let tries = directory.file("tries").path
        let worst = try await lines([
            "--objective",
            try script(
                "picky.sh",
                before: "case $line in *'\"candidate\":2,'*) echo x >> '\(tries)'; exit 5 ;; esac"),
            "--retries", "2", "--max-generations", "2", "--processes", "2",
        ])
        #expect(worst.status == 0)
        #expect(try String(contentsOfFile: tries, encoding: .utf8) == "x\nx\nx\nx\nx\nx\n")
        #expect(worst.lines.count { $0.hasSuffix("; it ranks worst") } == 2, "\(worst.lines)")
        #expect(worst.lines.count { $0.contains("candidate 2") } == 6)
    }

    @Test func `a search that found nothing is no success`() async throws {
        let nothing = "while read -r line; do echo '{\"cost\": null}'; done"
        let found = try await lines(["--objective", nothing, "--max-generations", "2"])
        #expect(found.status == 1)
        let stop = found.lines.first { $0.hasPrefix("{\"stop\":") }
        #expect(stop?.contains("\"maxiter\"") == true, "\(found.lines)")
        #expect(stop?.contains("\"bestCost\":null") == true)
        let reason = found.lines.first { $0.hasPrefix("Error: ") }
        #expect(reason?.contains("without a best") == true, "\(found.lines)")
    }

    @Test func `options of a search with workers are named where there are none`() async throws {
        let found = try await lines(["--max-workers", "2", "--metrics", "127.0.0.1:0"])
        #expect(found.status == 64)
        #expect(
            found.lines.contains {
                $0.contains("--max-workers, --metrics: of a search with workers")
            }, "\(found.lines)")
    }

    @Test func `options of evaluations by a program are named where there is none`() async throws {
        for options in [
            ["--maximise"], ["--n-samples", "2"], ["--parameters", "float32"], ["--retries", "0"],
            ["--on-failure", "stop"], ["--time-limit", "none"], ["--memory-limit", "1GiB"],
        ] {
            let found = try await lines(options)
            #expect(found.status == 64)
            #expect(
                found.lines.first?.hasPrefix("Error: \(options[0]): of evaluations") == true,
                "\(found.lines)")
        }
    }
}
