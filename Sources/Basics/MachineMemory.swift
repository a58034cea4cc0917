// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// How much memory this process may take, to refuse what cannot fit before it is tried.
package enum MachineMemory {
    /// The bytes: the machine's, or fewer where a control group or a limit of this process says so.
    package static var bytes: UInt64 {
        var least = ProcessInfo.processInfo.physicalMemory
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), &limit) == 0 {
            least = min(least, UInt64(limit.rlim_cur))
        }
        for file in [
            "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ] {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8),
                let value = UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
            else { continue }
            least = min(least, value)
        }
        return least
    }

    /// Bytes for people, such as "28.8 GB".
    package static func text(_ bytes: Double) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var (value, unit) = (bytes, 0)
        while value >= 999.95, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        return value < 1e6
            ? String(format: "%.1f %@", value, units[unit] as NSString)
            : String(format: "%.1e %@", value, units[unit] as NSString)
    }
}
