// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where an engine's time went, in seconds.
public struct StepTimes: Sendable, Hashable {
    /// Drawing the observations.
    public var draw = 0.0
    /// V.
    public var encode = 0.0
    /// C and M.
    public var control = 0.0
    /// The environment's rules and Box2D.
    public var physics = 0.0
    /// Everything else: new tracks, results, what happens between two steps.
    public var other = 0.0
    /// How many steps of episodes were made.
    public var steps = 0

    /// No time yet.
    public init() {}

    /// A clock that never goes back, in seconds.
    public static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
