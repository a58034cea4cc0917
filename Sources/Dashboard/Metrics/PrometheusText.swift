// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Figures in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// A figure's value with what tells it from others of its name.
    typealias Sample = (labels: [(name: String, value: String)], value: Double)

    /// Adds a figure; one without a value is left out.
    mutating func add(_ kind: Kind, _ name: String, _ help: String, _ value: Double?) {
        add(kind, name, help, value.map { [([], $0)] } ?? [])
    }

    /// Adds a figure's values; one without any is left out.
    mutating func add(_ kind: Kind, _ name: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        begin(kind, name, help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Adds a histogram.
    mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(.histogram, name, help)
        var total: UInt64 = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            total += count
            line("\(name)_bucket", [("le", Self.number(bound))], Double(total))
        }
        line("\(name)_bucket", [("le", "+Inf")], Double(histogram.count))
        line("\(name)_sum", [], histogram.sum)
        line("\(name)_count", [], Double(histogram.count))
    }

    private mutating func begin(_ kind: Kind, _ name: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: Double
    ) {
        let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        text += name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}")
        text += " \(Self.number(value))\n"
    }

    /// What others name themselves stays inside its quotes.
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }
}

/// How often a value fell below each of some bounds.
struct Histogram: Sendable, Hashable {
    let bounds: [Double]
    /// Values up to each bound and above the one before.
    private(set) var counts: [UInt64]
    private(set) var sum = 0.0
    private(set) var count: UInt64 = 0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count)
    }

    /// Counts a value; one that is no number is none.
    mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        if let place = bounds.firstIndex(where: { value <= $0 }) { counts[place] += 1 }
        sum += value
        count += 1
    }
}
