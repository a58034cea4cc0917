// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// How much memory this process may take, to refuse what cannot fit before it is tried.
package enum MachineMemory {
    /// OpenBLAS maps a buffer of this size for each of its threads, and asks for it without end: for
    /// that of the first thread when it is first called.
    package static let bufferOfThread = 128 << 20

    /// The bytes: the machine's, or fewer where a control group or a limit of this process says so.
    package static var bytes: UInt64 {
        var least = ProcessInfo.processInfo.physicalMemory
        // Of a limit only that is left which is not mapped yet, by this program's code for example.
        let pages =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").map { UInt64($0) ?? 0 } ?? []
        for (kind, field) in [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)] {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0,
                limit.rlim_cur != rlim_t.max
            else { continue }
            let mapped = field < pages.count ? pages[field] * UInt64(getpagesize()) : 0
            let taken = mapped + UInt64(bufferOfThread)
            least = min(least, UInt64(limit.rlim_cur) - min(UInt64(limit.rlim_cur), taken))
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

    /// Whether there is room for OpenBLAS's buffers of so many threads that call it; the addresses
    /// are asked for and given back, no memory is used.
    package static func holdsBuffers(ofThreads threads: Int) -> Bool {
        let bytes = threads * bufferOfThread
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let place = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard place != MAP_FAILED else { return false }
        munmap(place, bytes)
        return true
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
