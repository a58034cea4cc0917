// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
package import Episodes
package import Foundation
import Synchronization

/// Makes an engine for the calling thread, to run so many episodes at once.
package typealias CoreEngineFactory =
    @Sendable (_ environments: Int) throws -> any EpisodeEngine

/// Reads what the coordinator serves, once, for the engines of all cores: models by name, and the
/// kind of work.
///
/// The factory owns the models' bytes, so that it can let go of them before it needs memory for
/// other things.
package typealias EngineFactory =
    @Sendable (_ models: consuming [String: Data], _ work: Work) throws -> CoreEngineFactory

/// Between the thread that talks to the coordinator and those that run engines, one a core.
///
/// What waits belongs to no core: each takes its share when it has room, so that the last episodes
/// of a generation run on as many cores as there are.
final class CorePool: Sendable {
    /// What an engine's thread found out.
    struct Finished: Sendable {
        var episode: FinishedEpisode
        var seconds: Double
        var coreSeconds: Double?
        var core: Int
    }

    private struct Core {
        /// Counts its engines; what an earlier one finds out is ignored.
        var life = 0
        /// Whether a thread runs its engine, or makes it.
        var hasThread = false
        var inHand: Set<UInt64> = []
        /// Steps of earlier engines.
        var formerSteps: UInt64 = 0
        var line = CoreLine()
    }

    private struct State {
        var waiting: [WorkerSession.Order] = []
        var finished: [Finished] = []
        var failure: String?
        var isStopped = false
        /// Cores that take new episodes: the first ones.
        var target: Int
        var cores: [Core] = []
        /// Makes engines, once the models are read.
        var makeEngine: CoreEngineFactory?
    }

    private let state: Mutex<State>
    private let environments: Int
    private let wakeSocket: @Sendable () -> Void

    /// A pool without engines.
    ///
    /// - Parameters:
    ///   - cores: How many cores to use at first.
    ///   - environments: Episodes to run at once on each.
    ///   - wakeSocket: Has the other thread look at what was found out.
    init(cores: Int, environments: Int, wakeSocket: @escaping @Sendable () -> Void) {
        state = Mutex(State(target: cores))
        self.environments = environments
        self.wakeSocket = wakeSocket
    }

    // MARK: The socket's thread

    /// Reads the models and starts the engines, on threads of their own.
    func start(models: [String: Data], work: Work, factory: @escaping EngineFactory) {
        // A thread keeps what its body refers to for as long as it runs.
        let handover = Mutex(models)
        let thread = Thread { [self] in
            do {
                let makeEngine = try factory(
                    handover.withLock { models in
                        defer { models = [:] }
                        return models
                    }, work)
                state.withLock { $0.makeEngine = makeEngine }
                startThreads()
            } catch {
                fail(oneLine(error))
            }
        }
        thread.name = "models"
        thread.start()
    }

    /// Has so many cores take new episodes; the others finish what they have.
    func use(cores count: Int) {
        state.withLock { $0.target = count }
        startThreads()
        ringAll()
    }

    func add(_ orders: [WorkerSession.Order]) {
        state.withLock { $0.waiting.append(contentsOf: orders) }
        ringAll()
    }

    func takeFinished() -> (finished: [Finished], failure: String?) {
        state.withLock { state in
            defer { state.finished = [] }
            return (state.finished, state.failure)
        }
    }

    /// Takes back the tasks that no engine has begun.
    func withdrawWaiting() -> [UInt64] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.map(\.lease)
        }
    }

    /// How each core is that ever had an engine.
    func signs() -> [WorkerSession.CoreSigns] {
        state.withLock { state in
            state.cores.map { core in
                WorkerSession.CoreSigns(
                    progress: core.formerSteps &+ core.line.steps, isBusy: !core.inHand.isEmpty)
            }
        }
    }

    /// Gives a core's engine up, whose thread cannot be ended, and makes another.
    ///
    /// - Returns: The leases of the episodes that it was driving.
    func replaceEngine(of index: Int) -> [UInt64] {
        let leases = state.withLock { state -> [UInt64] in
            let former = state.cores[index]
            state.cores[index] = Core(
                life: former.life + 1, formerSteps: former.formerSteps &+ former.line.steps)
            return former.inHand.sorted()
        }
        startThreads()
        return leases
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        ringAll()
    }

    private func ringAll() {
        for line in state.withLock({ $0.cores.map(\.line) }) { line.bell.signal() }
    }

    /// Starts the threads of cores that are to have one and have none.
    private func startThreads() {
        let starts = state.withLock { state -> [(core: Int, life: Int, line: CoreLine)] in
            guard state.makeEngine != nil, !state.isStopped else { return [] }
            while state.cores.count < state.target { state.cores.append(Core()) }
            return (0..<state.target).filter { !state.cores[$0].hasThread }.map { index in
                state.cores[index].hasThread = true
                return (index, state.cores[index].life, state.cores[index].line)
            }
        }
        for start in starts {
            CoreThread(pool: self, core: start.core, life: start.life, line: start.line).start()
        }
    }

    // MARK: The engines' threads

    /// Makes an engine for the calling thread.
    func makeEngine() throws -> any EpisodeEngine {
        guard let makeEngine = state.withLock({ $0.makeEngine }) else {
            preconditionFailure("a core's thread before the models are read")
        }
        return try makeEngine(environments)
    }

    /// Episodes for a core to begin: its share of what waits.
    ///
    /// - Parameters:
    ///   - core: Which.
    ///   - life: Which of its engines.
    ///   - count: How many it has room for.
    /// - Returns: The episodes; nil when the engine's thread is to end.
    func takeWaiting(core: Int, life: Int, atMost count: Int) -> [WorkerSession.Order]? {
        state.withLock { state in
            guard !state.isStopped, state.cores[core].life == life else { return nil }
            guard core < state.target else {
                if !state.cores[core].inHand.isEmpty { return [] }
                state.cores[core].hasThread = false
                return nil
            }
            guard !state.waiting.isEmpty, count > 0 else { return [] }
            let all =
                state.waiting.count
                + state.cores.prefix(state.target).reduce(0) { $0 + $1.inHand.count }
            let share = (all + state.target - 1) / state.target - state.cores[core].inHand.count
            let taken = Array(state.waiting.prefix(max(0, min(count, share))))
            state.waiting.removeFirst(taken.count)
            state.cores[core].inHand.formUnion(taken.map(\.lease))
            return taken
        }
    }

    func deliver(_ finished: [Finished], core: Int, life: Int) {
        state.withLock { state in
            guard state.cores[core].life == life else { return }
            state.cores[core].inHand.subtract(finished.map(\.episode.ticket))
            state.finished.append(contentsOf: finished)
        }
        wakeSocket()
    }

    /// An engine broke, or cannot be made.
    func fail(_ reason: String, core: Int? = nil, life: Int = 0) {
        state.withLock { state in
            if let core, state.cores[core].life != life { return }
            state.failure = state.failure ?? core.map { "core \($0): \(reason)" } ?? reason
        }
        wakeSocket()
    }
}

/// What a core's thread and the pool share without a lock.
final class CoreLine: Sendable {
    /// Rung when there may be something to do.
    let bell = DispatchSemaphore(value: 0)
    private let count = Atomic<UInt64>(0)

    /// Steps of the engine.
    var steps: UInt64 { count.load(ordering: .relaxed) }

    func countStep() {
        count.add(1, ordering: .relaxed)
    }
}

/// An error as one line.
func oneLine(_ error: any Error) -> String {
    String(describing: error).split(separator: "\n").joined(separator: " ")
}
