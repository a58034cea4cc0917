// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation

import ClusterSessions

/// A worker's process of a story, over all of its lives.
package struct SimulatedWorker {
    /// What becomes of the episodes it is given.
    package enum Character: CaseIterable, Sendable {
        case honest
        /// Sends results that cannot be true, results for leases of others, and noise.
        case babbler
        /// Sends results that could be true, and are not.
        case liar
        /// Can run nothing.
        case failer
        /// Takes episodes, claims progress for ever and ends none.
        case holder
        /// Works, and says goodbye and hello, asks for the status and sends noise all the time.
        case flooder
    }

    let index: Int
    let character: Character
    /// Episodes it runs at once on each core.
    let slots: Int
    /// Cores that it may use.
    let cores: Int
    /// Its clock: differs from the others' by an offset and goes at its own pace.
    let clockOffset: Double
    let clockRate: Double
    /// Counts its processes; what an earlier one was about to do comes to nothing.
    var life = 0
    var isAlive = false
    var session: WorkerSession
    /// Its connection; nil while it has none.
    var connection: Int?
    var waiting: [WorkerSession.Order] = []
    /// What runs, and on which core.
    var running: [UInt64: (order: WorkerSession.Order, core: Int)] = [:]
    /// Steps of each core's engines.
    var progress: [UInt64] = []
    /// Cores whose engine hangs until another takes its place.
    var hungCores: Set<Int> = []
    var pausedUntil = 0.0
    var hungUntil = 0.0

    init(
        index: Int, character: Character, slots: Int, clockOffset: Double, clockRate: Double
    ) {
        self.index = index
        self.character = character
        self.slots = slots
        cores = 1 + index % 3
        self.clockOffset = clockOffset
        self.clockRate = clockRate
        session = Self.session(index: index, life: 0, slots: slots, cores: cores)
    }

    /// What its clock shows.
    func local(_ time: Double) -> Double { clockOffset + clockRate * time }

    /// When its clock shows a time.
    func global(_ time: Double) -> Double { (time - clockOffset) / clockRate }

    /// Starts a process: nothing of the former one is left.
    mutating func begin() {
        life += 1
        isAlive = true
        session = Self.session(index: index, life: life, slots: slots, cores: cores)
        connection = nil
        waiting = []
        running = [:]
        progress = [UInt64](repeating: 0, count: cores)
        hungCores = []
    }

    /// How each core is, as the session is told.
    var signs: [WorkerSession.CoreSigns] {
        progress.enumerated().map { core, steps in
            .init(progress: steps, isBusy: running.values.contains { $0.core == core })
        }
    }

    /// The core that a new episode runs on; nil while none has room.
    var freeCore: Int? {
        let loads = (0..<session.cores).map { core in
            (load: running.values.count { $0.core == core }, core: core)
        }
        return loads.min { $0 < $1 }.flatMap { $0.load < slots ? $0.core : nil }
    }

    private static func session(index: Int, life: Int, slots: Int, cores: Int) -> WorkerSession {
        var instance = Data(repeating: UInt8(index), count: Hello.instanceBytes)
        instance[0] = UInt8(truncatingIfNeeded: life)
        instance[1] = UInt8(truncatingIfNeeded: life >> 8)
        var configuration = WorkerSession.Configuration(
            hello: Hello(
                instance: instance, host: "host\(index)", process: life, cores: cores,
                environments: slots, fingerprint: "simulated"))
        configuration.helloSeconds = 0.3
        configuration.graceSeconds = 0.5
        configuration.stallSeconds = 3
        return WorkerSession(configuration: configuration)
    }

    /// The longest file of an episode: two pieces and a bit.
    static let largestFile = 600_000

    /// The file of an episode, as any honest engine records it.
    static func file(_ episode: Episode) -> Data {
        let seed = Int(episode.trackSeed) * 31 + episode.name.candidate
        return Data(
            repeating: UInt8(truncatingIfNeeded: seed), count: 1 + seed * 7919 % largestFile)
    }

    /// What any honest engine makes of an episode.
    static func outcome(_ episode: Episode, _ parameters: [Float]) -> EpisodeOutcome {
        var hash = episode.trackSeed ^ 0x5851_f42d_4c95_7f2d
        for value in parameters {
            hash = (hash ^ UInt64(value.bitPattern)) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
        }
        let isLap = hash % 3 == 0
        return EpisodeOutcome(
            episodeReturn: Double(hash >> 40) / 16384, steps: 1 + Int(hash % 900),
            tilesVisited: isLap ? 200 : Int(hash % 200), trackTiles: 200,
            end: isLap ? .lapCompleted : .timeLimit)
    }
}
