// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModel

struct BenchmarkAllCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Run all benchmarks, each in a process of its own; print a Markdown table.")

    @Option(help: .init("How long each measures, in seconds.", valueName: "number"))
    var seconds = 5.0

    private struct Row {
        var title: String
        var arguments: [String]
        /// nil: as many as its report says.
        var cores: Int?
    }

    private struct Result: Decodable {
        var rate: Double
        var unit: String
        var cores: Int?
        var threads: Int?
        var residentMiB: Double?
        var coordinatorResidentMiB: Double?
        var shareOfFloor: Double?
        var shareOfSgemm: Double?
    }

    func validate() throws {
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds must be above 0 and at most 3600")
        }
    }

    func run() throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let time = ["--seconds", "\(seconds)"]
        var rows = [
            Row(title: "environment, 96x96 frames", arguments: ["env"] + time),
            Row(title: "rollouts: draw, encode, act, move", arguments: ["rollout"] + time),
        ]
        if cores > 1 {
            rows.append(
                Row(
                    title: "rollouts: draw, encode, act, move",
                    arguments: ["rollout", "--cores", "\(cores)"] + time))
        }
        rows += [
            Row(title: "dreams: act, remember, draw z", arguments: ["dream"] + time),
            Row(title: "encode frames with V", arguments: ["encode"] + time),
            Row(title: "train V", arguments: ["vae"] + time),
            Row(title: "train M", arguments: ["mdrnn"] + time),
            Row(
                title: "CMA-ES of 867 variables, full covariance", arguments: ["cmaes"],
                cores: cores),
            Row(
                title: "CMA-ES of 867 variables, separable",
                arguments: ["cmaes", "--variant", "separable"], cores: cores),
            Row(
                title: "coordinator with 100 simulated workers",
                arguments: ["cluster"], cores: cores),
        ]
        print("Measured on \(cores) cores of \(Kernels.processor), \(Kernels.best.name).\n")
        print("| part | speed | cores | resident MiB | share of SGEMM's speed |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for row in rows { print(try line(row)) }
    }

    private func line(_ row: Row) throws -> String {
        let result = try measure(row.arguments)
        let cores = row.cores ?? result.threads ?? result.cores ?? 1
        let digits = result.rate < 100 ? 1 : 0
        let rate = String(format: "%.\(digits)f", result.rate)
        let memory = (result.residentMiB ?? result.coordinatorResidentMiB).map {
            String(format: "%.0f", $0)
        }
        let share = (result.shareOfFloor ?? result.shareOfSgemm).map {
            String(format: "%.0f %%", 100 * $0)
        }
        return "| \(row.title) | \(rate) \(result.unit) | \(cores) | \(memory ?? "") "
            + "| \(share ?? "") |"
    }

    private func measure(_ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["benchmark"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return try JSONDecoder().decode(Result.self, from: output)
    }
}
