// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Numbers as people read them.
package enum Format {
    /// A whole number with grouped thousands: 1,234,567.
    package static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([digits[...]] + groups).joined(separator: ",")
    }

    /// A number with as many digits after the point as its size deserves: 0.0123, 4.56, 78.9, 1,234.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        if abs(value) < 1e15, value == value.rounded() { return count(Int(value)) }
        switch abs(value) {
        case 1000..<1e15: return count(Int(value.rounded()))
        case 100..<1000: return String(format: "%.0f", value)
        case 10..<100: return String(format: "%.1f", value)
        case 1..<10: return String(format: "%.2f", value)
        case 1e-4..<1: return String(format: "%.3g", value)
        default: return String(format: "%.2e", value)
        }
    }

    /// A number with a fixed count of digits after the point, such as -12.30.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    /// A span of time, at most 9 characters below 100 days: 0.25 s, 42 s, 3:07, 2:05:09, 3 d 02:05.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return "?" }
        if seconds < 0 { return "-" + duration(-seconds) }
        if seconds < 9.95 { return String(format: seconds < 0.995 ? "%.2f s" : "%.1f s", seconds) }
        let whole = Int(seconds.rounded())
        let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return String(format: "%d d %02d:%02d", days, hours, minutes) }
        if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, whole % 60) }
        return minutes > 0 ? String(format: "%d:%02d", minutes, whole % 60) : "\(whole) s"
    }

    /// Hours, minutes and seconds as a clock shows them: 00:42, 2:05:09.
    package static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let minutes = String(format: "%02d:%02d", whole / 60 % 60, whole % 60)
        return whole >= 3600 ? "\(whole / 3600):\(minutes)" : minutes
    }

    /// A size in binary units, in at most three digits: 512 B, 1.4 KiB, 12 MiB.
    package static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 999.5 || unit == "TiB" {
                let decimals = unit == "B" || value >= 9.95 ? 0 : 1
                return fixed(value, decimals) + " " + unit
            }
            value /= 1024
        }
        return "\(count) B"
    }
}
