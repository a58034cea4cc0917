// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import ClusterTransport
import Foundation

/// Asks a coordinator something, as a program that is no worker.
struct CoordinatorClient {
    /// Why there is no answer.
    enum Failure: ErrorWithStatus, CustomStringConvertible {
        /// Nobody said anything in time.
        case noAnswer(String, Double, String)
        /// The coordinator will not answer.
        case refused(String)
        /// The connection was not accepted.
        case notAccepted(String, String)

        var exitStatus: Int32 {
            if case .noAnswer = self { ExitStatus.unavailable } else { ExitStatus.refused }
        }

        var description: String {
            switch self {
            case .noAnswer(let address, let seconds, let reason):
                "no answer from \(address) within \(seconds) s: \(reason)"
            case .notAccepted(let address, let reason):
                "the coordinator at \(address) did not accept us: \(reason); see --key and"
                    + " --server-key, and the coordinator's --allow"
            case .refused(let reason): "the coordinator refused: \(reason)"
            }
        }
    }

    private let transport: ConnectingTransport
    private let timeout: Double
    private var isConnected = false

    /// A client that has not connected yet.
    ///
    /// - Parameters:
    ///   - coordinator: Where it is, and how to prove who we are.
    ///   - timeout: Seconds to wait for each answer.
    /// - Throws: What is wrong with the address or the keys.
    init(_ coordinator: CoordinatorOptions, timeout: Double) throws {
        transport = try coordinator.transport()
        self.timeout = timeout
    }

    /// Ends the connection.
    func close() { transport.close() }

    /// Asks until there is an answer.
    ///
    /// - Parameters:
    ///   - question: What to ask; asked again now and then, so it must bear that.
    ///   - answer: What the answer is, if a message is one.
    /// - Returns: The run, and the answer.
    /// - Throws: `Failure`; what a message from outside is not.
    mutating func ask<Answer>(
        _ question: WorkerMessage, answer: (CoordinatorMessage) -> Answer?
    ) throws -> (run: String, answer: Answer) {
        let deadline = ContinuousClock.now + .seconds(timeout)
        var nextQuestion = isConnected ? ContinuousClock.now : deadline
        var refusals: [String] = []
        while ContinuousClock.now < deadline {
            if ContinuousClock.now >= nextQuestion {
                // Once more after a while: where many ask, not each of them is answered.
                _ = try transport.send(WorkerFrame(question).encoded(), to: .coordinator)
                nextQuestion = .now + .seconds(1)
            }
            switch try transport.receive(waitingAtMost: 0.5) {
            case .connected:
                isConnected = true
                nextQuestion = .now
            case .connectionLost: isConnected = false
            case .message(_, let bytes, _):
                let frame = try CoordinatorFrame(decoding: bytes)
                if case .refusal(_, let reason) = frame.message { throw Failure.refused(reason) }
                if let answer = answer(frame.message) { return (frame.run, answer) }
            case .handshakeFailed(let reason): refusals.append(reason)
            default: break
            }
            // One may be a coordinator that was just ending or beginning.
            if refusals.count > 1, !isConnected {
                throw Failure.notAccepted(transport.address, refusals[1])
            }
        }
        if let refusal = refusals.last { throw Failure.notAccepted(transport.address, refusal) }
        let reason = isConnected ? "it is there, but says nothing" : transport.diagnosis()
        throw Failure.noAnswer(transport.address, timeout, reason ?? "")
    }
}

/// Which coordinator to ask, and how long.
struct CoordinatorClientOptions: ParsableArguments {
    @OptionGroup var coordinator: CoordinatorOptions

    @Option(help: .init("Seconds to wait for an answer.", valueName: "seconds"))
    var timeout = 10.0

    func validate() throws {
        guard timeout > 0, timeout.isFinite else {
            throw ValidationError("--timeout \(timeout): a number of seconds above 0")
        }
    }

    /// A client for it.
    func client() throws -> CoordinatorClient {
        try CoordinatorClient(coordinator, timeout: timeout)
    }
}
