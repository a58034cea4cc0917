// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import RunStore
@testable import Search
import Testing

struct RunSettingsTests {
    @Test func `options win over the profile, the profile over the usual values`() throws {
        let settings = try RunSettings(
            given: ["sigma": "0.05"], profile: ["sigma": "0.2", "pop-size": "32"], path: "run")
        #expect(settings.sigma[generation: 1] == 0.05)
        #expect(settings.populationSize == 32)
        #expect(settings.samples[generation: 1] == 4)
        #expect(settings.variant == .full)
    }

    @Test func `a run keeps its values where nothing is given`() throws {
        let first = try RunSettings(given: ["sigma": "0.05", "seed": "9"], path: "run")
        let second = try RunSettings(given: [:], stored: first.listed, path: "run")
        #expect(second == first)
    }

    @Test func `the same number written otherwise is the same`() throws {
        let first = try RunSettings(given: ["sigma": "0.10", "n-samples": " 4,8@ 50"], path: "run")
        #expect(first.texts(\.sigma, \.samples) == ["sigma": "0.1", "n-samples": "4,8@50"])
        _ = try RunSettings(given: ["sigma": "1e-1"], stored: first.listed, path: "run")
    }

    private static let scheduled = [
        "n-samples", "sigma", "race-tracks", "hard-track-share", "tail-weight",
    ]

    @Test(arguments: [
        ("pop-size", "16", "64"), ("n-samples", "8", "4"), ("seed", "2", "1"),
        ("sigma", "0.5", "0.1"), ("variant", "separable", "full"),
        ("recombination", "all", "better-half"), ("learning-rates", "adaptive", "fixed"),
        ("controller-inputs", "z", "zh"),
        ("controller-mapping", "linear", "paper"), ("latent", "sampled", "mean"),
        ("antialiasing", "samples4", "off"), ("precision", "int8", "float32"),
        ("max-steps", "500", "1000"), ("stop-after-steps-without-tile", "100", "0"),
        ("step-cap-factor", "2", "0"), ("evaluation-episodes", "64", "16"),
        ("n-samples-limit", "8", "0"), ("stop-after-steps-behind", "200", "0"),
        ("race-tracks", "2", "0"),
        ("hard-track-share", "0.5", "0.0"), ("tail-weight", "0.5", "0.0"),
        ("tail-share", "0.5", "0.25"),
    ])
    func `another value than the run's is refused with both`(
        name: String, given: String, stored: String
    ) throws {
        let first = try RunSettings(given: [:], path: "run")
        let error = try #require(throws: RunError.self) {
            try RunSettings(given: [name: given], stored: first.listed, path: "run")
        }
        #expect(
            error
                == .conflict(
                    setting: name, stored: stored, given: given, path: "run",
                    begun: Self.scheduled.contains(name) ? 0 : nil))
        #expect(error.description.hasPrefix("\(name) \(given): "))
        // A profile may not change it either.
        #expect(throws: error) {
            try RunSettings(
                given: [:], profile: [name: given], stored: first.listed, path: "run")
        }
    }

    @Test func `what a schedule says of generations to come may change`() throws {
        let first = try RunSettings(
            given: ["sigma": "0.05", "n-samples": "4,8@10"], path: "run")
        let later = try RunSettings(
            given: ["sigma": "0.05,0.02@31", "n-samples": "4,8@10,16@40"], stored: first.listed,
            begun: 30, path: "run")
        #expect(later.sigma[generation: 30] == 0.05 && later.sigma[generation: 31] == 0.02)
        #expect(later.samples[generation: 40] == 16)
        // Not what has begun, nor by leaving a stage of it out.
        for given in [["sigma": "0.05,0.02@30"], ["n-samples": "4"], ["n-samples": "4,8@11"]] {
            #expect(throws: RunError.self) {
                try RunSettings(given: given, stored: first.listed, begun: 30, path: "run")
            }
        }
    }

    @Test func `a model that was exchanged is refused by its file`() throws {
        let one = String(repeating: "a", count: 64)
        let other = String(repeating: "b", count: 64)
        let first = try RunSettings(given: ["vae-sha256": one], path: "run")
        #expect(
            throws: RunError.otherModel(file: "run/vae.safetensors", stored: one, found: other)
        ) {
            try RunSettings(given: ["vae-sha256": other], stored: first.listed, path: "run")
        }
    }

    @Test(arguments: [
        ("pop-size", "3"), ("pop-size", "many"), ("n-samples", "0"), ("n-samples", "4,8"),
        ("n-samples", "4,8@1"), ("n-samples", "4,8@50,16@50"), ("seed", "-1"), ("sigma", "0"),
        ("sigma", "nan"), ("sigma", "0.1,0@5"), ("sigma", "0.1@5"), ("variant", "half"),
        ("controller-inputs", "h"), ("controller-mapping", ""), ("max-steps", "0"),
        ("stop-after-steps-without-tile", "-1"), ("initial-controller", "ones"),
        ("vae-sha256", "12"), ("race-tracks", "1"), ("race-tracks", "-2"),
        ("hard-track-share", "1.1"), ("hard-track-share", "nan"), ("tail-weight", "-0.1"),
        ("tail-weight", "0,inf@3"), ("tail-share", "0"), ("n-samples-limit", "70000"),
    ])
    func `values that are none are refused`(name: String, value: String) throws {
        let row = try #require(RunSettings.table.first { $0.name == name })
        #expect(
            throws: RunError.badSetting(setting: name, value: value, expected: row.expected)
        ) {
            try RunSettings(given: [name: value], path: "run")
        }
    }

    @Test func `what a row says of its usual value is a value of the setting`() {
        for row in RunSettings.table {
            guard let text = row.text(RunSettings()) else { continue }
            #expect(row.canonical(text) == text, "\(row.name)")
            if row.source == .value { #expect(row.help.contains("(\(text))"), "\(row.name)") }
        }
        #expect(Set(RunSettings.table.map(\.name)).count == RunSettings.table.count)
    }

    @Test func `the names and texts that a database holds stay as they are`() throws {
        let digest = String(repeating: "0", count: 64)
        let settings = try RunSettings(
            given: ["vae-sha256": digest, "mdrnn-sha256": digest], path: "run")
        let expected = [
            "profile none", "pop-size 64", "n-samples 4", "seed 1", "sigma 0.1", "variant full",
            "recombination better-half", "controller-inputs zh", "controller-mapping paper",
            "latent mean", "max-steps 1000", "stop-after-steps-without-tile 0",
            "step-cap-factor 0", "evaluate-every 5", "evaluation-episodes 16",
            "initial-controller zeros", "vae-sha256 \(digest)", "mdrnn-sha256 \(digest)",
        ]
        let listed = settings.listed.map { "\($0.name) \($0.value)" }
        #expect(listed.filter(expected.contains) == expected)
    }

    @Test func `generations that exceed the memory are refused by what they take`() throws {
        var settings = RunSettings()
        try settings.checkMemory(available: 1e9)
        settings.populationSize = 65_536
        settings.samples = try #require(Schedule("4,65536@9") { $0 > 0 })
        let error = #expect(throws: RunError.self) { try settings.checkMemory() }
        let text = error?.description ?? ""
        for part in ["pop-size 65536", "n-samples 65536", "4294967296", "TB"] {
            #expect(text.contains(part), "\(text)")
        }
        settings = RunSettings()
        settings.evaluationEpisodes = 1_000_000
        #expect(throws: RunError.self) { try settings.checkMemory(available: 1e8) }
        settings = RunSettings()
        #expect(throws: EvolutionStrategyError.self) { try settings.checkMemory(available: 1e7) }
    }

    @Test func `a run from before there was a precision goes on in single`() throws {
        let older = RunSettings().listed.filter { $0.name != "precision" }
        let kept = try RunSettings(given: [:], stored: older, path: "run")
        #expect(kept.texts(\.precision) == ["precision": "float32"])
        #expect(throws: RunError.self) {
            try RunSettings(given: ["precision": "int8"], stored: older, path: "run")
        }
    }

    @Test func `a run from before there was antialiasing goes on without it`() throws {
        let older = RunSettings().listed.filter { $0.name != "antialiasing" }
        let kept = try RunSettings(given: [:], stored: older, path: "run")
        #expect(kept.antialiasing == .off)
        #expect(throws: RunError.self) {
            try RunSettings(given: ["antialiasing": "samples4"], stored: older, path: "run")
        }
    }

    @Test func `a run from before there were other sizes and forms goes on as it was`() throws {
        let new = ["controller-hidden", "domain-randomize", "latent-size", "hidden-size"]
        let older = RunSettings().listed.filter { !new.contains($0.name) }
        #expect(older.count == RunSettings().listed.count - 4)
        // Its models' sizes are given with their digests.
        let sizes = ["latent-size": "32", "hidden-size": "256"]
        let kept = try RunSettings(given: sizes, stored: older, path: "run")
        #expect(kept.hiddenUnits == 0 && kept.latentSize == 32 && kept.hiddenSize == 256)
        #expect(kept.texts(\.domainRandomize) == ["domain-randomize": "off"])
        for (name, value) in [("controller-hidden", "40"), ("domain-randomize", "on")] {
            #expect(throws: RunError.self) {
                try RunSettings(given: [name: value], stored: older, path: "run")
            }
        }
    }

    @Test func `a setting that does not touch the search may change`() throws {
        let first = try RunSettings(given: [:], path: "run")
        let later = try RunSettings(
            given: ["evaluate-every": "9", "profile": "other"], stored: first.listed, path: "run")
        #expect(later.evaluateEvery == 9 && later.profile == "other")
    }

    @Test func `a damaged stored value is refused`() {
        #expect(throws: RunStoreError.self) {
            try RunSettings(given: [:], stored: [(name: "pop-size", value: "x")], path: "run")
        }
    }

    @Test func `a schedule raises the tracks from its generations on`() throws {
        let schedule = try #require(Schedule<Int>("4,8@50,16@100") { $0 > 0 })
        let tracks = [1, 49, 50, 99, 100, 1000].map { schedule[generation: $0] }
        #expect(tracks == [4, 4, 8, 8, 16, 16])
    }
}
