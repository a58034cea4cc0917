// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Episodes
package import Foundation

/// A worker's, or a status client's, message with its envelope.
package struct WorkerFrame: Sendable, Equatable {
    /// The sender's protocol version.
    package var version: UInt32
    /// The run as named by Welcome; empty in Hello and in a status request.
    package var run: String
    /// The session given by Welcome; 0 in Hello and in a status request.
    package var session: UInt64
    /// What is said.
    package var message: WorkerMessage

    /// Collects the parts.
    package init(
        _ message: WorkerMessage, run: String = "", session: UInt64 = 0,
        version: UInt32 = ProtocolVersion.current
    ) {
        self.version = version
        self.run = run
        self.session = session
        self.message = message
    }
}

/// What a worker, or a status client, says.
package enum WorkerMessage: Sendable, Equatable {
    /// Who it is.
    case hello(Hello)
    /// It needs the rest of a model.
    case modelRequest(sha256: Data, offset: UInt64)
    /// The models are verified and loaded; it holds so many tasks at once, and uses so many cores.
    case ready(capacity: Int, cores: Int)
    /// Episodes have ended.
    case results([LeasedResult])
    /// A piece of a recorded episode's file.
    case recordingPiece(RecordingPiece)
    /// It lives.
    case heartbeat(Heartbeat)
    /// The engine of one of its cores hangs, and has been replaced.
    case coreLost(CoreLoss)
    /// It leaves on purpose, and hands back what it holds.
    case goodbye(reason: String)
    /// The sender is no worker and wants to know how the run goes on.
    case statusRequest
    /// The sender is no worker and wants those of a host, or all, to use so many cores.
    case scale(host: String?, cores: Int)
}

/// A worker introduces itself.
package struct Hello: Sendable, Equatable {
    /// Bytes of `instance`.
    package static let instanceBytes = 16

    /// 16 random bytes, drawn when the worker's process starts: one that comes back with the same
    /// ones was cut off, not dead.
    package var instance: Data
    /// The host's name, as people read it.
    package var host: String
    /// The worker's process.
    package var process: Int
    /// Cores that this process may use.
    package var cores: Int
    /// Episodes the worker runs at once on each core.
    package var environments: Int
    /// The program's version.
    package var software: String
    /// What decides the bits of a result on this host.
    package var fingerprint: String

    /// Collects the parts.
    package init(
        instance: Data, host: String, process: Int, cores: Int, environments: Int,
        software: String = Software.version, fingerprint: String
    ) {
        self.instance = instance
        self.host = host
        self.process = process
        self.cores = cores
        self.environments = environments
        self.software = software
        self.fingerprint = fingerprint
    }
}

/// What became of one episode that was handed out.
package struct LeasedResult: Sendable, Equatable {
    /// What the worker says of it.
    package enum Report: Sendable, Equatable {
        /// It was driven.
        case outcome(EpisodeOutcome)
        /// It could not be driven.
        case failure(EpisodeFailure)
        /// Something that cannot be true, and what; decoding alone makes it.
        case implausible(String)
    }

    /// The handing out.
    package var lease: UInt64
    /// What became of it.
    package var report: Report
    /// Wall clock from the episode's start to its end.
    package var seconds: Double
    /// The episode's share of its core's time; nil where it was not measured.
    package var coreSeconds: Double?
    /// Which of the worker's cores drove it, counted from 0.
    package var core: Int

    /// Collects the parts.
    package init(
        lease: UInt64, report: Report, seconds: Double, coreSeconds: Double? = nil, core: Int = 0
    ) {
        self.lease = lease
        self.report = report
        self.seconds = seconds
        self.coreSeconds = coreSeconds
        self.core = core
    }
}

/// A piece of a recorded episode's file.
package struct RecordingPiece: Sendable, Equatable {
    /// The handing out that the file is for.
    package var lease: UInt64
    /// Where the piece begins; 0 begins the file anew.
    package var offset: Int
    /// Bytes of the whole file, the same in all of its pieces.
    package var total: Int
    /// At least a byte, at most `WireLimits.recordingChunkBytes`.
    package var data: Data

    /// Collects the parts.
    package init(lease: UInt64, offset: Int, total: Int, data: Data) {
        self.lease = lease
        self.offset = offset
        self.total = total
        self.data = data
    }
}

/// A worker's sign of life.
package struct Heartbeat: Sendable, Equatable {
    /// Steps that each core's engines have taken since the worker's start.
    package var progress: [UInt64]
    /// Pieces of recordings sent since then.
    package var sentPieces: UInt64
    /// Every lease the worker holds; one that is missing was lost on the way.
    package var leases: [UInt64]
    /// Tasks it will hold at once; 0 while it drains.
    package var capacity: Int
    /// Cores with episodes, or ready for some.
    package var cores: Int
    /// Cores that take new episodes: as many as it was told to use, as far as it has them.
    package var wantedCores: Int

    /// Changes as long as any core steps or anything is sent; unchanged while leases are held: the
    /// worker hangs.
    package var totalProgress: UInt64 { progress.reduce(sentPieces, &+) }

    /// Collects the parts.
    package init(
        progress: [UInt64], sentPieces: UInt64 = 0, leases: [UInt64], capacity: Int,
        cores: Int = 1, wantedCores: Int? = nil
    ) {
        self.progress = progress
        self.sentPieces = sentPieces
        self.leases = leases
        self.capacity = capacity
        self.cores = cores
        self.wantedCores = wantedCores ?? cores
    }
}

/// An engine that makes no step any more; another has taken its place.
package struct CoreLoss: Sendable, Equatable {
    /// Which core, counted from 0.
    package var core: Int
    /// How long it has made no step.
    package var seconds: Double
    /// What it was driving, handed back.
    package var leases: [UInt64]

    /// Collects the parts.
    package init(core: Int, seconds: Double, leases: [UInt64]) {
        self.core = core
        self.seconds = seconds
        self.leases = leases
    }
}
