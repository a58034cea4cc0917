// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
package import WorldModel

/// What decides the last bits of a computation on this host.
package enum HostFingerprint {
    /// The processor's kind and model, as Linux tells them, and the loops that are used on it.
    ///
    /// - Parameter kernels: The compiled loops.
    /// - Returns: Such as "x86_64 AMD EPYC 7R13 (AuthenticAMD-25-1-1 AVX2)".
    package static func describing(_ kernels: Kernels) -> String {
        #if arch(x86_64)
            let architecture = "x86_64"
        #elseif arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "other"
        #endif
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":", maxSplits: 1).last.map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        return "\(architecture) \(model ?? "unknown processor") (\(kernels.numericPath))"
    }
}
