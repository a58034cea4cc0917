// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RolloutWorker
import Testing

/// What a process may use, from files as kernels, containers and Slurm leave them.
struct AvailableCoresTests {
    /// A folder in the place of /, with these files.
    private func root(_ files: [String: String]) throws -> URL {
        let root = FileManager.default.temporaryDirectory.appending(
            path: "cores-\(UUID().uuidString)")
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return root
    }

    private func count(
        _ files: [String: String], _ environment: [String: String] = [:]
    ) throws -> (count: Int, limit: String) {
        var files = files
        files["proc/self/status"] =
            files["proc/self/status"] ?? "Name:\tx\nCpus_allowed_list:\t0-63\n"
        let root = try root(files)
        defer { try? FileManager.default.removeItem(at: root) }
        let cores = AvailableCores(root: root, environment: environment)
        return (cores.count, cores.limit)
    }

    @Test(arguments: [("0-63", 64), ("0", 1), ("0-3,8,10-11", 7)])
    func `the affinity is what the kernel lists`(list: String, cores: Int) throws {
        let found = try count(["proc/self/status": "Name:\tx\nCpus_allowed_list:\t\(list)\n"])
        #expect(found.count == cores)
        #expect(found.limit == "the affinity of this process")
    }

    @Test(arguments: [
        ("max 100000", 64), ("50000 100000", 1), ("250000 100000", 2), ("6400000 100000", 64),
    ])
    func `a container's quota counts, whole cores of it`(text: String, cores: Int) throws {
        let found = try count([
            "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": text + "\n",
        ])
        #expect(found.count == cores)
        #expect(found.limit.contains("quota") == (cores < 64))
    }

    @Test func `the smallest quota of the groups around a process counts`() throws {
        let groups = "0::/system.slice/worker.service\n"
        #expect(
            try count([
                "proc/self/cgroup": groups,
                "sys/fs/cgroup/system.slice/cpu.max": "300000 100000",
                "sys/fs/cgroup/system.slice/worker.service/cpu.max": "500000 100000",
            ]).count == 3)
    }

    @Test func `groups of version 1 count, also where their path is the host's`() throws {
        let groups = "5:memory:/pod/1\n4:cpu,cpuacct:/pod/1\n"
        #expect(
            try count([
                "proc/self/cgroup": groups,
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            ]).count == 2)
        #expect(
            try count([
                "proc/self/cgroup": groups,
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            ]).count == 64)
    }

    @Test func `what Slurm gave counts, the task's before the node's`() throws {
        #expect(try count([:], ["SLURM_CPUS_ON_NODE": "8"]).count == 8)
        let both = ["SLURM_CPUS_ON_NODE": "8", "SLURM_CPUS_PER_TASK": "3"]
        #expect(try count([:], both).limit == "SLURM_CPUS_PER_TASK")
        #expect(try count([:], both).count == 3)
        #expect(try count([:], ["SLURM_CPUS_PER_TASK": "many"]).count == 64)
    }

    @Test func `this process may use what taskset says`() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/nproc")
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let text = try #require(String(data: bytes, encoding: .utf8))
        let available = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // A quota may make it fewer.
        #expect((1...available).contains(AvailableCores(environment: [:]).count))
    }
}
