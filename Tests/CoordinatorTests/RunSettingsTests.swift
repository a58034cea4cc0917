// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

import RolloutServer

import Search
import RunStore
import Testing

struct RunSettingsTests {
    @Test func `options win over the profile, the profile over the usual values`() throws {
        let settings = try RunSettings(
            given: [.sigma: "0.05"], profile: [.sigma: "0.2", .populationSize: "32"], path: "run")
        #expect(settings.sigma[generation: 1] == 0.05)
        #expect(settings.populationSize == 32)
        #expect(settings.samples[generation: 1] == 4)
        #expect(settings[.variant] == "full")
    }

    @Test func `a run keeps its values where nothing is given`() throws {
        let first = try RunSettings(given: [.sigma: "0.05", .seed: "9"], path: "run")
        let second = try RunSettings(given: [:], stored: first.listed, path: "run")
        #expect(second == first)
    }

    @Test func `the same number written otherwise is the same`() throws {
        let first = try RunSettings(given: [.sigma: "0.10", .samples: " 4,8@ 50"], path: "run")
        #expect(first[.sigma] == "0.1" && first[.samples] == "4,8@50")
        _ = try RunSettings(given: [.sigma: "1e-1"], stored: first.listed, path: "run")
    }

    @Test(arguments: [
        (SettingKey.populationSize, "16", "64"), (.samples, "8", "4"), (.seed, "2", "1"),
        (.sigma, "0.5", "0.1"), (.variant, "separable", "full"), (.inputs, "z", "zh"),
        (.mapping, "linear", "paper"), (.latent, "sampled", "mean"), (.maximumSteps, "500", "1000"),
        (.patience, "100", "0"), (.evaluationEpisodes, "64", "16"),
    ])
    func `another value than the run's is refused with both and the remedy`(
        key: SettingKey, given: String, stored: String
    ) throws {
        let first = try RunSettings(given: [:], path: "run")
        let error = try #require(throws: RunError.self) {
            try RunSettings(given: [key: given], stored: first.listed, path: "run")
        }
        #expect(
            error
                == .conflict(
                    option: key.rawValue, stored: stored, given: given, path: "run",
                    begun: [.samples, .sigma].contains(key) ? 0 : nil))
        #expect(error.description.contains("--\(key.rawValue) \(given)"))
        // A profile may not change it either.
        #expect(throws: error) {
            try RunSettings(
                given: [:], profile: [key: given], stored: first.listed, path: "run")
        }
    }

    @Test func `what a schedule says of generations to come may change`() throws {
        let first = try RunSettings(
            given: [.sigma: "0.05", .samples: "4,8@10"], path: "run")
        let later = try RunSettings(
            given: [.sigma: "0.05,0.02@31", .samples: "4,8@10,16@40"], stored: first.listed,
            begun: 30, path: "run")
        #expect(later.sigma[generation: 30] == 0.05 && later.sigma[generation: 31] == 0.02)
        #expect(later.samples[generation: 40] == 16)
        // Not what has begun, nor by leaving a stage of it out.
        for given in [[SettingKey.sigma: "0.05,0.02@30"], [.samples: "4"], [.samples: "4,8@11"]] {
            #expect(throws: RunError.self) {
                try RunSettings(given: given, stored: first.listed, begun: 30, path: "run")
            }
        }
    }

    @Test func `a model that was exchanged is refused by its file`() throws {
        let one = String(repeating: "a", count: 64)
        let other = String(repeating: "b", count: 64)
        let first = try RunSettings(given: [.vae: one], path: "run")
        #expect(
            throws: RunError.otherModel(file: "run/vae.safetensors", stored: one, found: other)
        ) {
            try RunSettings(given: [.vae: other], stored: first.listed, path: "run")
        }
    }

    @Test(arguments: [
        (SettingKey.populationSize, "3"), (.populationSize, "many"), (.samples, "0"),
        (.samples, "4,8"), (.samples, "4,8@1"), (.samples, "4,8@50,16@50"), (.seed, "-1"),
        (.sigma, "0"), (.sigma, "nan"), (.sigma, "0.1,0@5"), (.sigma, "0.1@5"), (.variant, "half"),
        (.inputs, "h"), (.mapping, ""),
        (.maximumSteps, "0"), (.patience, "-1"), (.vae, "12"),
    ])
    func `values that are none are refused`(key: SettingKey, value: String) {
        #expect(
            throws: RunError.badSetting(
                option: key.rawValue, value: value, expected: key.expected)
        ) {
            try RunSettings(given: [key: value], path: "run")
        }
    }

    @Test func `a damaged stored value is refused`() {
        #expect(throws: RunStoreError.self) {
            try RunSettings(given: [:], stored: [(name: "pop-size", value: "x")], path: "run")
        }
    }

    @Test func `a schedule raises the tracks from its generations on`() throws {
        let schedule = try #require(SampleSchedule("4,8@50,16@100"))
        let tracks = [1, 49, 50, 99, 100, 1000].map { schedule[generation: $0] }
        #expect(tracks == [4, 4, 8, 8, 16, 16])
    }
}
