// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Episodes
package import Foundation

extension CoordinatorSession {
    /// Seconds of a clock that never goes back; its zero is the caller's.
    package typealias Seconds = Double
    /// A worker's number: the same for one process across its connections.
    package typealias WorkerKey = Int
    /// One handing out of an episode.
    package typealias LeaseKey = UInt64

    /// What the coordinator serves, and to whom.
    package struct Configuration: Sendable {
        /// The run's identifier, which every message carries.
        package var run: String
        /// The files every worker needs.
        package var models: [ServedModel]
        /// What is done with episodes.
        package var work: Work
        /// Seconds between a worker's heartbeats.
        package var heartbeatSeconds: Seconds = 1
        /// Workers beyond this number are refused; nil is no limit of its own.
        package var maximumWorkers: Int?
        /// Workers with another fingerprint are refused; nil accepts all.
        package var fingerprint: String?
        /// Why workers wait, while what they are to drive is being prepared; nil lets them in.
        package var preparation: String?
        /// The longest file of a recorded episode, in bytes; 0 where nothing is recorded.
        package var recordingBytes = 0

        /// The defaults.
        package init(run: String, models: [ServedModel], work: Work) {
            self.run = run
            self.models = models
            self.work = work
        }
    }

    /// What the caller does for the session, in order.
    package enum Action: Sendable, Equatable {
        /// Sends a frame; one that finds no room is lost, and heartbeats will show it.
        case send([UInt8], PeerIdentifier)
        /// A worker said Hello: it lives, and fetches the models.
        case introduced(WorkerKey)
        /// A worker has loaded the models.
        case joined(WorkerKey, slots: Int, cores: Int, capacity: Int)
        /// Something came from a worker: it lives.
        case heard(WorkerKey)
        /// A worker's sign of life, with what it holds.
        case heartbeat(WorkerKey, Heartbeat)
        /// A worker's result, with the episode's file where it is recorded.
        case result(
            WorkerKey, LeaseKey, EpisodeOutcome, seconds: Seconds, coreSeconds: Seconds?, core: Int,
            file: Data?)
        /// A worker's engine hangs, and has been replaced.
        case coreLost(WorkerKey, CoreLoss)
        /// A worker could not run an episode.
        case failed(WorkerKey, LeaseKey, EpisodeFailure)
        /// A worker sent a result that cannot be true.
        case offence(WorkerKey, LeaseKey)
        /// A worker left on purpose, and why.
        case left(WorkerKey, String)
        /// A worker's connection broke; it had loaded the models.
        case lost(WorkerKey)
        /// A worker's connection took another name: it is to be forgotten.
        case replaced(WorkerKey)
        /// Someone may not take part, and why.
        case refused(String, String)
        /// Someone wants to know how the run goes on: `answerStatus`.
        case statusAsked(PeerIdentifier)
        /// A connection is to end: it asks more than is answered, and goes on.
        case cutOff(PeerIdentifier)
    }

    /// A worker's process, across its connections.
    package struct Worker: Sendable {
        /// How it introduced itself.
        package let hello: Hello
        /// Host and process; kept, for every result names it.
        package let name: String
        /// Who answers for it.
        package var party: String
        /// Its connection; nil while it has none.
        package var peer: PeerIdentifier?
        /// When it first said Hello.
        package var joined: Seconds
        /// Episodes that it was the first to finish.
        package var completed: Int
        /// Failures, and results that cannot be true.
        package var errors: Int
        /// Cores with episodes, or ready for some; none before it is ready.
        package var cores = 0
        /// Cores that take new episodes; none before it is ready: how many it has is not how many it
        /// is to use.
        package var wantedCores = 0
        /// Steps that each core has taken, as last told.
        package var coreSteps: [UInt64] = []

        /// Who drives, as results have it.
        package var driver: EpisodeDriver {
            EpisodeDriver(name: name, fingerprint: hello.fingerprint, party: party)
        }

        init(
            hello: Hello, party: String, peer: PeerIdentifier?, joined: Seconds, completed: Int,
            errors: Int
        ) {
            self.hello = hello
            name = "\(hello.host)/\(hello.process)"
            self.party = party
            self.peer = peer
            self.joined = joined
            self.completed = completed
            self.errors = errors
        }
    }

    /// A connection that said Hello.
    struct Peer: Sendable {
        var worker: WorkerKey
        /// Proves that a message belongs to this Hello.
        var session: UInt64
        /// Whether the worker has loaded the models.
        var isReady = false
    }
}
