// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// How many cores this process has been given, and by whom.
package struct AvailableCores: Sendable, Equatable {
    /// At least 1.
    package var count: Int
    /// Who gives no more than that, such as "the affinity of this process".
    package var limit: String

    /// Asks all who may limit a process: the kernel's affinity (taskset, Slurm's task plugin), the
    /// quota of its cgroup (containers, Kubernetes' limits, systemd's CPUQuota) and Slurm's variables.
    ///
    /// A quota of two and a half cores is two: an engine without a whole core pauses in the midst
    /// of a step.
    ///
    /// - Parameters:
    ///   - root: Where /proc and /sys are.
    ///   - environment: The variables.
    package init(
        root: URL = URL(fileURLWithPath: "/"),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.init(
            count: ProcessInfo.processInfo.activeProcessorCount, limit: "this host's processors")
        if let allowed = Self.affinity(root) {
            self = Self(count: allowed, limit: "the affinity of this process")
        }
        if let quota = Self.quota(root), quota < Double(count) {
            self = Self(
                count: max(1, Int(quota)),
                limit: "the processor quota of its cgroup, \(String(format: "%g", quota)) cores")
        }
        for name in ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"] {
            guard let given = environment[name].flatMap({ Int($0) }), given > 0 else { continue }
            if given < count { self = Self(count: given, limit: name) }
            break
        }
    }

    private init(count: Int, limit: String) {
        self.count = count
        self.limit = limit
    }

    private static func text(_ file: URL) -> String? {
        try? String(contentsOf: file, encoding: .utf8)
    }

    /// The processors that the kernel may run this process on, as "0-3,8".
    private static func affinity(_ root: URL) -> Int? {
        guard let status = text(root.appending(path: "proc/self/status")),
            let line = status.split(separator: "\n").first(where: {
                $0.hasPrefix("Cpus_allowed_list:")
            })
        else { return nil }
        var count = 0
        for range in line.split(separator: ":")[1].split(separator: ",") {
            let ends = range.split(separator: "-").map {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            guard let first = ends.first, let first, let last = ends.last, let last, last >= first
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    /// The smallest quota of the process's cgroup and those around it, in cores; nil: none has one.
    private static func quota(_ root: URL) -> Double? {
        guard let groups = text(root.appending(path: "proc/self/cgroup")) else { return nil }
        let mount = root.appending(path: "sys/fs/cgroup")
        var quotas: [Double] = []
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            let isUnified = parts[1].isEmpty
            guard isUnified || controllers.contains("cpu") else { continue }
            let base = isUnified ? mount : mount.appending(path: String(parts[1]))
            // In a container the path may be the host's: then what is mounted is its own group.
            var path = parts[2].split(separator: "/").map(String.init)
            while true {
                let group = path.reduce(base) { $0.appending(path: $1) }
                if let quota = isUnified ? unified(group) : divided(group) { quotas.append(quota) }
                if path.popLast() == nil { break }
            }
        }
        return quotas.min()
    }

    /// Version 2: "QUOTA PERIOD" or "max PERIOD", in microseconds.
    private static func unified(_ group: URL) -> Double? {
        let words = text(group.appending(path: "cpu.max"))?.split(whereSeparator: \.isWhitespace)
        guard let words, words.count == 2, let quota = Double(words[0]),
            let period = Double(words[1]), quota > 0, period > 0
        else { return nil }
        return quota / period
    }

    /// Version 1: two files; a quota of -1 is none.
    private static func divided(_ group: URL) -> Double? {
        func number(_ name: String) -> Double? {
            text(group.appending(path: name)).flatMap {
                Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        guard let quota = number("cpu.cfs_quota_us"), let period = number("cpu.cfs_period_us"),
            quota > 0, period > 0
        else { return nil }
        return quota / period
    }
}
