// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The memory of this process as Linux counts it; elsewhere there are no figures.
package enum ProcessMemory {
    /// The most that has been resident, in MiB.
    package static var peakResidentMiB: Double? { value("VmHWM:") }

    /// What is resident now, in MiB.
    package static var residentMiB: Double? { value("VmRSS:") }

    /// Gives back to the system what has been freed, such as files that were read and unpacked.
    package static func giveBackFreed() {
        // glibc has it, in a header that Swift's module of glibc leaves out.
        guard let trim = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
    }

    private static func value(_ key: String) -> Double? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return nil }
        return Double(kibibytes).map { $0 / 1024 }
    }
}
