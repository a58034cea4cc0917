// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where an engine's time went, in seconds.
package struct StepTimes: Sendable, Hashable {
    /// Drawing the observations.
    package var draw = 0.0
    /// V.
    package var encode = 0.0
    /// C and M.
    package var control = 0.0
    /// The environment's rules and Box2D.
    package var physics = 0.0
    /// Everything else: new tracks, results, what happens between two steps.
    package var other = 0.0
    /// How many steps of episodes were made.
    package var steps = 0

    /// No time yet.
    package init() {}

    /// The time since an earlier reading.
    package func since(_ earlier: StepTimes) -> StepTimes {
        var difference = StepTimes()
        difference.draw = draw - earlier.draw
        difference.encode = encode - earlier.encode
        difference.control = control - earlier.control
        difference.physics = physics - earlier.physics
        difference.other = other - earlier.other
        difference.steps = steps - earlier.steps
        return difference
    }

    /// How long the calling thread has had a processor, in seconds.
    package static func threadProcessorTime() -> Double { seconds(of: CLOCK_THREAD_CPUTIME_ID) }

    /// A clock that never goes back, in seconds.
    package static func now() -> Double { seconds(of: CLOCK_MONOTONIC) }

    private static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
