// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import worldmodels

struct JSONOutputTests {
    private struct Report: Encodable {
        var rate: Double
        var values: [String: Double]
        var note = "nan"
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `numbers that are none are null, in JSON that any reader takes`(value: Double) throws {
        let text = try jsonText(of: Report(rate: value, values: ["a": value, "b": 1.5]))
        #expect(text == #"{"note":"nan","rate":null,"values":{"a":null,"b":1.5}}"#)
    }
}
