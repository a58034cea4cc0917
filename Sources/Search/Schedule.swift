// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A value that changes at given generations of a run.
///
/// Written "4", or "4,8@50,16@100": 4 from the first generation, 8 from generation 50, 16 from
/// generation 100.
package struct Schedule<Value>: Sendable, Hashable, CustomStringConvertible
where Value: Sendable & Hashable & LosslessStringConvertible {
    private struct Stage: Hashable {
        var generation: Int
        var value: Value
    }

    private let stages: [Stage]

    package init(_ value: Value) { stages = [Stage(generation: 1, value: value)] }

    /// Reads a schedule; gives nil where the text is none.
    package init?(_ text: String, where isValid: (Value) -> Bool) {
        var stages: [Stage] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "@", omittingEmptySubsequences: false)
                .map { $0.filter { !$0.isWhitespace } }
            guard let value = Value(words[0]), isValid(value) else { return nil }
            switch (stages.last, words.count) {
            case (nil, 1):
                stages.append(Stage(generation: 1, value: value))
            case (let last?, 2):
                guard let generation = Int(words[1]), generation > last.generation else {
                    return nil
                }
                stages.append(Stage(generation: generation, value: value))
            default:
                return nil
            }
        }
        guard !stages.isEmpty else { return nil }
        self.stages = stages
    }

    /// The value of a generation, counted from 1.
    package subscript(generation generation: Int) -> Value {
        stages.last { $0.generation <= generation }?.value ?? stages[0].value
    }

    /// The values of all stages, in their order.
    package var values: [Value] { stages.map(\.value) }

    /// The value that a stage after the first begins with; nil where none begins here.
    package func change(at generation: Int) -> Value? {
        stages.dropFirst().first { $0.generation == generation }?.value
    }

    /// Whether another schedule is the same up to a generation, that one included.
    package func agrees(with other: Self, through generation: Int) -> Bool {
        func past(_ schedule: Self) -> [Stage] {
            schedule.stages.filter { $0.generation <= max(1, generation) }
        }
        return past(self) == past(other)
    }

    package var description: String {
        stages.enumerated().map { index, stage in
            index == 0 ? "\(stage.value)" : "\(stage.value)@\(stage.generation)"
        }.joined(separator: ",")
    }
}
