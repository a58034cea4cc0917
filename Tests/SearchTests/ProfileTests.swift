// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Search
import Testing

struct ProfileTests {
    private func profile(_ text: String) throws -> Profile {
        try Profile(Data(text.utf8), path: "some/fast.json")
    }

    @Test func `numbers and texts become settings and limits`() throws {
        let profile = try profile(
            #"{"pop-size": 32, "sigma": 0.05, "n-samples": "4,8@50", "generations": 7,"#
                + #""target-return": 900.5, "description": "d"}"#)
        #expect(profile.name == "fast" && profile.description == "d")
        #expect(
            profile.settings == ["pop-size": "32", "sigma": "0.05", "n-samples": "4,8@50"])
        #expect(profile.limits == RunLimits(generations: 7, targetReturn: 900.5))
    }

    @Test(arguments: ["profile", "vae-sha256", "initial-controller", "populationSize", "logdir"])
    func `a key that is no setting is refused`(key: String) {
        #expect(throws: ProfileError.unknownKey(path: "some/fast.json", key: key)) {
            try profile("{\"\(key)\": 1}")
        }
    }

    @Test(arguments: ["", "[]", "{", #"{"sigma": [1]}"#, #"{"sigma": null}"#])
    func `what is no object of numbers and texts is refused`(text: String) {
        #expect(throws: ProfileError.malformed(path: "some/fast.json")) { try profile(text) }
    }

    @Test(arguments: [
        ("sigma", "-1"), ("pop-size", "1.5"), ("generations", "0"), ("target-return", "\"x\""),
    ])
    func `a value that is none is refused by its key`(key: String, value: String) throws {
        let error = try #require(throws: ProfileError.self) {
            try profile("{\"\(key)\": \(value)}")
        }
        #expect(error.description.hasPrefix("some/fast.json: \(key) is "))
    }

    @Test func `the profiles that come with the program are valid`() throws {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/worldmodels/Profiles")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(
            names == [
                "dream-first.json", "dream.json", "paper.json", "quick.json", "record.json",
            ])
        for name in names {
            let url = directory.appending(path: name)
            let profile = try Profile(Data(contentsOf: url), path: name)
            _ = try RunSettings(given: [:], profile: profile.settings, path: "run")
            #expect(!profile.description.isEmpty && profile.limits.generations != nil)
        }
    }
}
