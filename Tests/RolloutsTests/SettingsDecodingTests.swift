// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Rollouts
import Testing

/// Settings as a wrong coordinator could tell them: refused where they are read, before an engine is
/// made of them.
struct SettingsDecodingTests {
    private func changed(
        _ settings: some Encodable, _ key: String, _ value: any Sendable
    ) throws -> Data {
        let data = try JSONEncoder().encode(settings)
        var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        try #require(object[key] != nil)
        object[key] = value
        return try JSONSerialization.data(withJSONObject: object)
    }

    @Test(
        arguments: [
            ("timeLimit", 0), ("timeLimit", 1_000_001), ("timeLimit", 1e18),
            ("stepsWithoutTile", 0), ("stepsWithoutTile", 1_000_001),
            ("hiddenUnits", -1), ("hiddenUnits", 1025), ("hiddenUnits", 1e18),
            ("lapCompletePercent", -0.01), ("lapCompletePercent", 1.01),
        ] as [(String, Double)])
    func `what no run has is refused`(key: String, value: Double) throws {
        let sound = RolloutSettings(hiddenUnits: 3, stepsWithoutTile: 100)
        let data = try changed(sound, key, value)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RolloutSettings.self, from: data)
        }
        let same = try changed(sound, "timeLimit", 7)
        #expect(try JSONDecoder().decode(RolloutSettings.self, from: same).timeLimit == 7)
    }

    @Test(arguments: [0, 20_001, 1e18]) func `what no dataset has is refused`(steps: Double) throws
    {
        let data = try changed(RecordingSettings(policy: .driver), "steps", steps)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RecordingSettings.self, from: data)
        }
    }
}
