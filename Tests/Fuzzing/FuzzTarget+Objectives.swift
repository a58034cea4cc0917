// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import Objectives

extension FuzzTarget {
    /// What a person's program answers, and what a coordinator tells of it.
    static let objectives: [FuzzTarget] = [
        FuzzTarget("objective-line", expects: { $0 is ObjectiveFailure.Cause }) {
            [
                #"{"cost":1.5}"#, #"{"task":1,"return":-2e3,"info":{"speed":3,"gone":NaN}}"#,
                #"{"cost":-Infinity,"info":{"\"NaN":1}}"#, #"{"return":null,"task":null}"#,
            ].map { Array($0.utf8) }
        } read: {
            do throws(ObjectiveFailure.Cause) {
                let answer = try ObjectiveAnswer(line: $0, number: 1)
                precondition(answer.value?.isFinite ?? true, "\(answer)")
                precondition(answer.info.count <= ObjectiveAnswer.mostInfo, "\(answer)")
                for (name, value) in answer.info {
                    precondition(name == name.printable && value.isFinite, "\(answer)")
                    precondition(name.utf8.count <= ObjectiveAnswer.longestName, "\(answer)")
                }
            } catch {
                // What is shown of a line can be shown, and is short.
                let text = ObjectiveFailure(cause: error, lastWords: ["a word"]).description
                precondition(text == text.printable && text.utf8.count <= 1000, text)
                throw error
            }
        },
        FuzzTarget("objective-settings", expects: { $0 is ObjectiveSettings.Unreadable }) {
            let limits = ObjectiveLimits(seconds: 2.5, memoryBytes: 1 << 30)
            return [
                Array(try ObjectiveSettings(dimension: 3).encoded()),
                Array(
                    try ObjectiveSettings(dimension: 1, sense: .return, limits: limits).encoded()),
            ]
        } read: {
            let settings = try ObjectiveSettings(Data($0))
            let again = try ObjectiveSettings(settings.encoded())
            precondition(again == settings, "\(again)")
        },
    ]
}
