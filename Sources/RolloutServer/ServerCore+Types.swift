// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import ClusterSessions
import Dispatching
package import Episodes
package import Foundation

extension ServerCore {
    /// Seconds of a clock that never goes back; its zero is the caller's.
    package typealias Seconds = Double

    /// How it behaves.
    package struct Configuration: Sendable {
        /// What it serves, and to whom.
        package var session: CoordinatorSession.Configuration
        /// Silence after which a worker counts as dead.
        package var leaseSeconds: Seconds = 10
        /// Time a worker's engine may take without a step.
        package var stallSeconds: Seconds = 60
        /// Deaths of workers, each with this suspect apart from others, that set a task aside.
        package var deathsToSetAside = 3
        /// Steps that no episode exceeds.
        package var maximumSteps = 1000
        /// The share of episodes that two hosts drive, so that wrong ones are found.
        package var checkedShare = 0.02
        /// Episodes of a host that others must have agreed with before only the share is checked.
        package var agreementsToTrust = 10
        /// Whether a batch fails where hosts disagree and nobody is left who could decide.
        package var stopsOnDisagreement = true
        /// Who was in quarantine for wrong results when an earlier life ended.
        package var quarantined: [Quarantine] = []
        /// What cannot be true of an outcome, and of its file of so many bytes where there is one, in
        /// a few words; nil: nothing.
        package var plausibility: @Sendable (Episode, EpisodeOutcome, Int?) -> String? = {
            _, _, _ in nil
        }
        /// Whether idle workers repeat slow tasks.
        package var speculates = true
        /// What holds for candidates that a person's program evaluates; nil where cars are driven.
        package var objective: ObjectiveRules?
        /// No episode is handed out while more bytes of recordings than this wait for their taker.
        package var backlogBytes = 256 << 20
        /// Seconds between two notices that no worker is there.
        package var noticeSeconds: Seconds = 5

        /// The defaults.
        ///
        /// - Parameter session: What it serves, and to whom.
        package init(session: CoordinatorSession.Configuration) {
            self.session = session
        }
    }

    /// What is otherwise where a person's program evaluates candidates, of which nobody knows how
    /// long it takes and whether it gives the same twice.
    package struct ObjectiveRules: Sendable {
        /// How often a task is tried again that failed, before it ranks worst.
        package var retries = 2
        /// Whether results of the same task have to be equal.
        package var comparesResults = false

        /// The defaults.
        package init() {}
    }

    /// A party whose results are not to be believed.
    package struct Quarantine: Sendable {
        /// As it was told of.
        package var party: String
        /// Why.
        package var reason: String
        /// How long it lasts still.
        package var seconds: Seconds

        /// Collects the parts.
        package init(party: String, reason: String, seconds: Seconds) {
            self.party = party
            self.reason = reason
            self.seconds = seconds
        }
    }

    /// An episode that has been driven, with its place in its batch.
    package struct Delivery: Sendable {
        /// Its place in the batch.
        package var index: Int
        /// The result.
        package var result: EpisodeResult
        /// The episode's file, where it is recorded.
        package var file: Data?
    }

    /// What the caller does for the server, in order.
    package enum Action: Sendable {
        /// Sends a frame; one that finds no room is lost, and heartbeats will show it.
        case send([UInt8], PeerIdentifier)
        /// Hands results to whoever submitted the batch; no more will come where it is complete.
        case deliver(ticket: Int, [Delivery], isComplete: Bool)
        /// Tells whoever submitted a batch that a party's results are not to be believed.
        case distrust(ticket: Int, party: String, reason: String)
        /// Ends a batch without its results.
        case fail(ticket: Int, reason: String)
        /// Answers `answerStatus` with what the run says of itself.
        case statusAsked(PeerIdentifier)
        /// A connection is to end.
        case cutOff(PeerIdentifier)
        /// Tells people.
        case tell(ServerEvent)
    }

    /// An episode that has no result yet.
    struct Pending: Sendable {
        var ticket: Int
        var index: Int
        var episode: Episode
    }

    /// A batch that is not complete.
    struct Job: Sendable {
        var number: Int
        var tasks: ClosedRange<UInt64>
        /// As `ParameterBits` has them, each once.
        var vectors: [Data]
        /// What is to be confirmed, by place.
        var claims: [Int: EpisodeResult] = [:]
        var results: [Delivery] = []
        /// Episodes without a result, or with one that was contradicted.
        var open: Int
    }
}
