// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol

struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Change how many cores the connected workers use, while the run goes on.",
        discussion: """
            More cores begin episodes at once; cores that are not wanted any more finish those they \
            have. A worker uses no more than it was given when it was started; 'worldmodels status' \
            shows cores used and wanted. With keys, the coordinator's --allow must have 'operate' \
            behind this client's.
            """)

    @OptionGroup var coordinator: CoordinatorClientOptions

    @Option(help: .init("Only the workers of this host, as status shows it.", valueName: "name"))
    var host: String?

    @Option(help: .init("How many cores each worker is to use, at least 1.", valueName: "count"))
    var cores: Int

    func validate() throws {
        guard (1...WireLimits.cores).contains(cores) else {
            throw ValidationError(
                "--cores is \(cores); 1 to \(WireLimits.cores) are possible. To have a worker use "
                    + "none, end it with SIGTERM")
        }
        guard host != "" else { throw ValidationError("--host is empty") }
    }

    func run() throws {
        var client = try coordinator.client()
        defer { client.close() }
        let answer = try client.ask(.scale(host: host, cores: cores)) { message in
            if case .scaled(let answer) = message { answer } else { nil }
        }.answer
        switch answer {
        case .refused(let reason): throw CoordinatorClient.Failure.refused(reason)
        case .told(let workers, let limited):
            var line = "told \(workers) \(workers == 1 ? "worker" : "workers") to use \(cores) "
            line += cores == 1 ? "core" : "cores"
            if workers > 1 { line += " each" }
            if limited == 1 {
                line += "; \(workers == 1 ? "it" : "one of them") has fewer, and uses what it has"
            } else if limited > 1 {
                line += "; \(limited) of them have fewer, and use what they have"
            }
            print(line)
        }
    }
}
