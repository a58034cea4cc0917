// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

/// A span of time as people write it: 90, 90s, 15m, 4h, 2d.
struct TimeSpan: ExpressibleByArgument, Equatable, CustomStringConvertible {
    /// Seconds; more than 0, but where an option may be 0.
    let seconds: Double

    private static let units: [(name: Character, seconds: Double)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        self.init(reading: argument)
        guard seconds > 0 else { return nil }
    }

    /// Reads the argument of an option that may be 0.
    static func orNone(_ argument: String) throws -> TimeSpan {
        guard let span = TimeSpan(reading: argument) else {
            throw ValidationError("a span of time is written 0, 90, 90s, 15m, 4h or 2d")
        }
        return span
    }

    private init?(reading argument: String) {
        let unit = Self.units.first { $0.name == argument.last }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard let number = Double(digits), digits.allSatisfy({ $0.isNumber || $0 == "." }) else {
            return nil
        }
        let seconds = number * (unit?.seconds ?? 1)
        // A span beyond a lifetime is a slip.
        guard seconds <= 100 * 366 * 86_400 else { return nil }
        self.seconds = seconds
    }

    /// In the largest unit of which it is a whole number.
    var description: String {
        let unit = Self.units.first { seconds.remainder(dividingBy: $0.seconds) == 0 }
        guard let unit else { return "\(seconds)s" }
        return "\(Int(seconds / unit.seconds))\(unit.name)"
    }
}
