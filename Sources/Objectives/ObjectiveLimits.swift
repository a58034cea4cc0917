// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a person's program may take.
package struct ObjectiveLimits: Sendable, Hashable, Codable {
    /// Seconds from a task to its answer, the program's start included where the task is its first;
    /// nil: no limit.
    package var seconds: Double?
    /// Seconds, at most: more than a lifetime.
    package static let mostSeconds = 4e9
    /// Bytes of private memory of each of its processes (RLIMIT_DATA); nil: no limit.
    package var memoryBytes: Int?

    /// Collects the parts.
    package init(seconds: Double? = nil, memoryBytes: Int? = nil) {
        self.seconds = seconds
        self.memoryBytes = memoryBytes
    }

    /// The narrower of both.
    package func narrowed(by other: Self) -> Self {
        func least<Value: Comparable>(_ one: Value?, _ other: Value?) -> Value? {
            guard let one, let other else { return one ?? other }
            return min(one, other)
        }
        return Self(
            seconds: least(seconds, other.seconds),
            memoryBytes: least(memoryBytes, other.memoryBytes))
    }
}
