// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import GRDB

/// A person's request to end quarantines, left in the run's database for the coordinator that drives
/// the run, or for the next one.
package struct RunRelease: Sendable, Hashable {
    /// Nobody of that name is in quarantine.
    package struct NoQuarantine: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let name: String
        /// The parties that are in quarantine.
        package let parties: [String]

        package var description: String {
            let others = parties.map { "'\($0)'" }.joined(separator: ", ")
            return "\(path): nobody named '\(name)' is in quarantine"
                + (others.isEmpty ? "" : ", but \(others)")
        }
    }

    /// The parties whose quarantines are to end.
    package let parties: [String]

    /// Leaves a request.
    ///
    /// - Parameters:
    ///   - name: A party's name, or a worker's host, or its host and process as "host/process".
    ///   - run: The run; a coordinator may be driving it.
    ///   - now: The time.
    /// - Throws: `RunStoreError` where there is no run or it cannot be written; `NoQuarantine`.
    package init(of name: String, in run: RunDirectory, now: Date) throws {
        let lasting = try RunReader(run).quarantines().filter { $0.lasts(at: now) }
        let workers = try RunReader(run).workers()
        func isNamed(_ worker: some StringProtocol) -> Bool {
            worker == name || worker.hasPrefix(name + "/")
        }
        var named: Set<String> = []
        for quarantine in lasting {
            let isMeant =
                quarantine.party == name
                || quarantine.workers.split(separator: " ").contains(where: isNamed)
                || workers.contains { $0.party == quarantine.party && isNamed($0.name) }
            if isMeant { named.insert(quarantine.party) }
        }
        parties = named.sorted()
        guard !parties.isEmpty else {
            throw NoQuarantine(
                path: run.path, name: name, parties: Set(lasting.map(\.party)).sorted())
        }
        try request(in: run, now: now)
    }

    /// Writes beside the coordinator: the run's lock is for who drives the run.
    private func request(in run: RunDirectory, now: Date) throws {
        let path = run.database.path(percentEncoded: false)
        try namingErrors(of: path) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.label = "run (a release)"
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // Quarantines are there, so the database has today's form.
            try queue.inDatabase { database in
                try database.inTransaction(.immediate) {
                    for party in parties {
                        try database.execute(
                            sql: "INSERT INTO releases (party, time) VALUES (?, ?)",
                            arguments: [party, Timestamp.text(now)])
                    }
                    return .commit
                }
            }
            try queue.close()
        }
    }
}
