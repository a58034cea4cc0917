// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import Foundation
import Objectives
import Search

/// How candidates are evaluated by a person's program.
struct ObjectiveOptions: ParsableArguments {
    /// What a failure leads to that all retries did not help.
    enum OnFailure: String, ExpressibleByArgument, CaseIterable {
        case worst
        case stop
    }

    @Option(
        help: .init(
            """
            Evaluations a candidate, each with another seed; its cost is their mean. A schedule such as \
            1,4@50 has 4 from generation 50.
            """, valueName: "count"))
    var nSamples = "1"

    @Option(
        help: .init(
            "What candidates are rounded to: float32, or float64, which is bit for bit.",
            valueName: "precision"))
    var parameters = ParameterPrecision.float64

    @Flag(help: "Look for the highest return instead of the lowest cost: answers have a return.")
    var maximise = false

    @OptionGroup var limits: ObjectiveLimitOptions

    @Option(help: .init("How often a failed evaluation is tried again.", valueName: "count"))
    var retries = 2

    @Option(
        help: .init(
            """
            What happens where retries do not help: worst ranks the candidate last, stop ends the run.
            """, valueName: "policy"))
    var onFailure = OnFailure.worst

    func validate() throws {
        guard (0...1000).contains(retries) else {
            throw ValidationError("--retries \(retries): 0 to 1000")
        }
        guard samples != nil else {
            throw ValidationError(
                "--n-samples \(nSamples): a whole number from 1 to 65536, or a schedule such as"
                    + " 1,4@50 (4 from generation 50)")
        }
    }

    /// The options that have another value than they have by default.
    var changed: [String] {
        let options = [
            ("--n-samples", nSamples != "1"), ("--parameters", parameters != .float64),
            ("--maximise", maximise),
            ("--time-limit", limits.timeLimit != ObjectiveLimitOptions.usualTime),
            ("--memory-limit", limits.memoryLimit != nil), ("--retries", retries != 2),
            ("--on-failure", onFailure != .worst),
        ]
        return options.filter(\.1).map(\.0)
    }

    /// Evaluations a candidate; nil where the text says none.
    var samples: Schedule<Int>? { Schedule(nSamples) { (1...65_536).contains($0) } }

    /// Which way is up.
    var sense: ObjectiveAnswer.Sense { maximise ? .return : .cost }

    /// What workers are told.
    func settings(dimension: Int) -> ObjectiveSettings {
        ObjectiveSettings(
            dimension: dimension, precision: parameters, sense: sense, limits: limits.limits)
    }

    /// What the generations of a run of these consist of.
    func plan(seed: UInt64) -> GenerationPlan {
        var plan = GenerationPlan(
            objective: samples ?? Schedule(1), seed: seed, precision: parameters)
        plan.failures = onFailure == .stop ? .fatal : .ranked
        return plan
    }

    /// As a run's database has them.
    var listed: [ObjectiveRun.Setting] {
        [
            .init("parameters", parameters.rawValue),
            .init("n-samples", (samples ?? Schedule(1)).description),
            .init("retries", "\(retries)", isFree: true),
            .init("on-failure", onFailure.rawValue, isFree: true),
            .init("time-limit", limits.timeLimit.description, isFree: true),
            .init(
                "memory-limit", limits.memoryLimit?.description ?? "none", isFree: true),
        ]
    }
}

/// What a person's program may take.
struct ObjectiveLimitOptions: ParsableArguments {
    static let usualTime = OptionalTimeSpan(TimeSpan(seconds: 3600))

    @Option(
        help: .init(
            """
            Kill the objective, with its process group, that has not answered after so long, its start \
            included: 90, 90s, 15m, 4h, or none.
            """, valueName: "duration"))
    var timeLimit = Self.usualTime

    @Option(
        help: .init(
            "Private memory that each process of the objective may have: 512MiB, 4GiB.",
            valueName: "size"))
    var memoryLimit: MemorySize?

    var limits: ObjectiveLimits {
        ObjectiveLimits(seconds: timeLimit.span?.seconds, memoryBytes: memoryLimit?.bytes)
    }
}

/// A span of time, or none.
struct OptionalTimeSpan: ExpressibleByArgument, Equatable, CustomStringConvertible {
    let span: TimeSpan?

    init(_ span: TimeSpan?) { self.span = span }

    init?(argument: String) {
        guard argument != "none" else {
            span = nil
            return
        }
        guard let span = TimeSpan(argument: argument) else { return nil }
        self.span = span
    }

    var description: String { span?.description ?? "none" }
    var defaultValueDescription: String { description }
}

/// An amount of memory as people write it: 512MiB, 4GiB.
struct MemorySize: ExpressibleByArgument, Equatable, CustomStringConvertible {
    /// At least 1 MiB.
    let bytes: Int

    private static let units = [("GiB", 1 << 30), ("MiB", 1 << 20)]

    init?(argument: String) {
        guard let (name, unit) = Self.units.first(where: { argument.hasSuffix($0.0) }),
            let count = Int(argument.dropLast(name.count)), (1...1 << 20).contains(count)
        else { return nil }
        bytes = count * unit
    }

    var description: String {
        bytes.isMultiple(of: 1 << 30) ? "\(bytes >> 30)GiB" : "\(bytes >> 20)MiB"
    }
}
