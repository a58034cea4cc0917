// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Episodes
package import Foundation

extension WorkerSession {
    /// Seconds of a clock that never goes back; its zero is the caller's.
    package typealias Seconds = Double

    /// Who the worker is and how patient it is.
    package struct Configuration: Sendable {
        /// How it introduces itself.
        package var hello: Hello
        /// Cores that it uses at first.
        package var cores: Int
        /// Tasks it holds for each core beyond those that run, so that none waits for the network.
        package var reserve: Int
        /// Seconds that running episodes get to finish after `drain`; then they are handed back.
        package var graceSeconds: Seconds = 30
        /// Seconds without a step of a core's engine, with episodes in hand, after which the worker
        /// gives it up: another takes its place, unless as many were given up as there are cores.
        package var stallSeconds: Seconds = 60
        /// Seconds between two notices that the coordinator is not there.
        package var noticeSeconds: Seconds = 5
        /// Seconds without an answer to Hello after which it is said again.
        package var helloSeconds: Seconds = 3
        /// Whether it ends when the coordinator has nothing left to do; else it waits for the next one.
        package var endsWhenFinished = false
        /// Seconds without an episode in hand, whether there is a coordinator or not, after which it
        /// ends; nil waits for ever.
        package var idleSeconds: Seconds?
        /// Seconds after which it drains by itself; nil is never.
        package var lifetimeSeconds: Seconds?
        /// The protocol version to speak; another than the current one only in tests.
        package var protocolVersion = ProtocolVersion.current

        /// The defaults.
        ///
        /// - Parameter hello: How it introduces itself.
        package init(hello: Hello) {
            self.hello = hello
            cores = hello.cores
            reserve = max(1, hello.environments / 4)
        }
    }

    /// An episode that the engine is to begin.
    package struct Order: Sendable, Equatable {
        /// The handing out, by which the finished episode is named.
        package var lease: UInt64
        /// The episode.
        package var episode: Episode
        /// The controller's parameters; empty where none are searched for.
        package var parameters: [Float]
    }

    /// What the caller does for the session, in order.
    package enum Action: Sendable, Equatable {
        /// Sends a frame; one that finds no room is lost, and heartbeats will show it.
        case send([UInt8])
        /// Ends the connection and makes a new one after a pause.
        case hangUp
        /// Ends the engines, if there are any, and makes others of these models.
        case startEngine(models: [String: Data], work: Work)
        /// Has the engines begin episodes when they have room.
        case begin([Order])
        /// Has so many cores take new episodes from here on.
        case useCores(Int)
        /// Gives a core's engine up and makes another, then `coreLost`.
        case replaceEngine(core: Int, seconds: Seconds)
        /// Tells people.
        case tell(Notice)
        /// The life of the worker is over.
        case end(End)
    }

    /// How a worker's life ends.
    package enum End: Sendable, Equatable {
        /// It was told to stop, and finished or handed back what it had.
        case drained
        /// The coordinator has nothing left to do, and why.
        case finished(String)
        /// There was nothing to do for so long.
        case idle(Seconds)
        /// Its time was over, and it finished or handed back what it had.
        case expired
        /// The coordinator will not have it.
        case refused(RefusalReason, String)
        /// The other side speaks another protocol.
        case protocolVersion(theirs: UInt32, ours: UInt32)
        /// The engine cannot be made of what the coordinator serves, or broke.
        case engine(String)
    }

    /// What people are told.
    package enum Notice: Sendable, Equatable {
        /// It takes part in a run.
        case connected(run: String, cores: Int, environments: Int)
        /// It uses another number of cores from here on.
        case scaled(from: Int, to: Int)
        /// A core's engine was given up.
        case coreLost(CoreLoss)
        /// The connection broke.
        case lost
        /// There is no connection.
        case noCoordinator
        /// There is a connection, but no answer.
        case noAnswer
        /// The connection was refused.
        case notAccepted(String)
        /// The coordinator is there, and prepares the run.
        case waiting(String)
        /// The coordinator said farewell, and why.
        case farewell(Farewell, String)
        /// There is another run than the one that it was sent to.
        case otherRun(String, wanted: String)
        /// It finishes what it has.
        case draining(episodes: Int, seconds: Seconds)
        /// Messages that were counted and dropped since the last such notice.
        case malformed(count: Int, last: String)
        /// A model's bytes are not what was announced; it is fetched again.
        case corruptModel(String)
    }

    /// Where the conversation stands; each case carries what is valid in it alone.
    enum State: Sendable {
        /// There is no connection.
        case disconnected
        /// There is one, and Hello was said on it.
        case greeting(lastHello: Seconds)
        /// Fetching what Welcome named.
        case fetching(Membership, lastHeard: Seconds)
        /// Taking part.
        case working(Membership, lastHeartbeat: Seconds)
        /// Nothing is left to do.
        case over
    }

    /// How one core is.
    package struct CoreSigns: Sendable, Equatable {
        /// Steps that its engines have taken.
        package var progress: UInt64
        /// Whether it has episodes.
        package var isBusy: Bool

        /// Collects the parts.
        package init(progress: UInt64 = 0, isBusy: Bool = false) {
            self.progress = progress
            self.isBusy = isBusy
        }
    }

    /// A place among a coordinator's workers.
    package struct Membership: Sendable {
        package var run: String
        package var session: UInt64
        package var welcome: Welcome
    }

    /// What the engine was made of.
    struct EngineSource: Sendable, Equatable {
        var models: [Data]
        var work: Work
    }
}
