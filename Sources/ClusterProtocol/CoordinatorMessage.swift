// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation

/// The coordinator's message with its envelope.
package struct CoordinatorFrame: Sendable, Equatable {
    /// The run's identifier.
    package var run: String
    /// The receiver's session; 0 where it has none.
    package var session: UInt64
    /// What is said.
    package var message: CoordinatorMessage

    /// Collects the parts.
    package init(_ message: CoordinatorMessage, run: String, session: UInt64) {
        self.run = run
        self.session = session
        self.message = message
    }
}

/// What the coordinator says.
package enum CoordinatorMessage: Sendable, Equatable {
    /// The worker may take part.
    case welcome(Welcome)
    /// It may not, and why; a worker's life ends with it.
    case refusal(RefusalReason, String)
    /// It may later: what it is to drive is being prepared, and how far that is.
    case wait(String)
    /// A piece of a model.
    case modelPiece(sha256: Data, offset: UInt64, data: Data)
    /// Episodes to drive.
    case assignments(Assignments)
    /// The session is unknown: say Hello again.
    case rejoin
    /// The coordinator stops, and why; or it has read a goodbye.
    case farewell(Farewell, reason: String)
    /// How the run goes on.
    case status(ClusterStatus)
    /// The worker is to use so many cores.
    case useCores(Int)
    /// What came of a client's wish that workers use so many cores.
    case scaled(ScaleAnswer)
}

/// What came of a client's wish that workers use more cores, or fewer.
package enum ScaleAnswer: Sendable, Equatable {
    /// So many workers were told, and so many of these have fewer cores.
    case told(workers: Int, limited: Int)
    /// None was, and why.
    case refused(String)
}

/// What follows a coordinator's farewell.
package enum Farewell: Sendable, Hashable {
    /// The worker left, and the coordinator has read it.
    case answered
    /// The coordinator was told to stop, and will return.
    case paused
    /// There is nothing left to do.
    case finished
    /// The coordinator cannot go on, until somebody has set that right.
    case failed
}

/// Why a worker may not take part.
package enum RefusalReason: Sendable, Equatable {
    /// Its protocol has another version.
    case protocolVersion
    /// Its results would differ in their last bits.
    case fingerprint
    /// There are workers enough.
    case full
    /// Something this build has no name for.
    case other
}

/// What a worker needs to take part.
package struct Welcome: Sendable, Equatable {
    /// The files it must have.
    package var models: [ModelDescription]
    /// What is done with episodes.
    package var work: Work
    /// Seconds between two of its heartbeats.
    package var heartbeatSeconds: Double

    /// Collects the parts.
    package init(models: [ModelDescription], work: Work, heartbeatSeconds: Double) {
        self.models = models
        self.work = work
        self.heartbeatSeconds = heartbeatSeconds
    }
}

/// A file that workers fetch, by its digest.
package struct ModelDescription: Sendable, Hashable {
    /// What it is, such as "vae".
    package var name: String
    /// SHA-256 of its bytes.
    package var sha256: Data
    /// Its length in bytes.
    package var size: Int

    /// Collects the parts.
    package init(name: String, sha256: Data, size: Int) {
        self.name = name
        self.sha256 = sha256
        self.size = size
    }
}

/// Episodes to drive, and the parameters they are driven with.
package struct Assignments: Sendable, Equatable {
    /// One handing out of an episode.
    package struct Assignment: Sendable, Equatable {
        /// Names it; never reused in a coordinator's life.
        package var lease: UInt64
        /// The episode; its `vector` is one of this message's.
        package var episode: Episode

        /// Collects the parts.
        package init(lease: UInt64, episode: Episode) {
            self.lease = lease
            self.episode = episode
        }
    }

    /// The controllers' parameters as `ParameterBits` has them; none where none are searched for.
    package var vectors: [Data]
    /// The episodes.
    package var assignments: [Assignment]

    /// Collects the parts.
    package init(vectors: [Data] = [], assignments: [Assignment] = []) {
        self.vectors = vectors
        self.assignments = assignments
    }

    /// The parameters of an episode of this message; none where none are searched for.
    package func parameters(of episode: Episode) -> [Float] {
        vectors.isEmpty ? [] : ParameterBits.decode(vectors[episode.vector])
    }
}
