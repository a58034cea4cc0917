// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import ClusterTransport
import Foundation
import TerminalOutput

/// Looks step by step at what stands between a worker and its coordinator: the address, its host's
/// name, the port, the keys, the versions, and whether it would be let in.
struct WorkerCheck {
    /// Seconds that a port, and then the conversation, may take.
    private static let seconds = 10.0

    let coordinator: CoordinatorOptions
    /// How the worker would introduce itself.
    let hello: Hello

    /// Prints a line a step.
    ///
    /// - Throws: `ExitCode` of the first step that fails, which is said; errors of what is given.
    func run() throws {
        let places: [CoordinatorPlace]
        switch try coordinator.whereabouts()() {
        case .places(let found): places = found
        case .unknown(let reason): throw fail("address", reason, ExitStatus.unavailable)
        }
        // All are looked at: which of them leads there is what people want to know.
        let isOpen = places.map(isOpen)
        guard isOpen.contains(true) else { throw ExitCode(ExitStatus.unavailable) }
        try converse()
    }

    private func say(_ step: String, _ text: String) {
        Terminal.standardOutput.write(
            "\(step.padding(toLength: 10, withPad: " ", startingAt: 0))\(text)\n")
    }

    private func fail(_ step: String, _ text: String, _ status: Int32) -> ExitCode {
        say(step, "FAILED: \(text)")
        return ExitCode(status)
    }

    private func isOpen(_ place: CoordinatorPlace) -> Bool {
        let endpoint = place.endpoint
        say("address", "\(endpoint)" + (place.run.map { ", of run \($0)" } ?? ""))
        do {
            let addresses = try endpoint.addresses()
            if !addresses.contains(endpoint.host) {
                say("name", "\(endpoint.host) is \(addresses.joined(separator: ", "))")
            }
        } catch {
            _ = fail("name", "\(error)", ExitStatus.unavailable)
            return false
        }
        let reachability = Reachability.probe(endpoint, waitingAtMost: Self.seconds)
        guard reachability == .open else {
            _ = fail("port", "\(reachability)", ExitStatus.unavailable)
            return false
        }
        say("port", "somebody listens")
        return true
    }

    /// Says Hello as a worker would, and goodbye when it was let in.
    private func converse() throws {
        let transport = try coordinator.transport()
        defer { transport.close() }
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        var refusals: [String] = []
        var isConnected = false
        while ContinuousClock.now < deadline {
            switch try transport.receive(waitingAtMost: 0.5) {
            case .connected:
                isConnected = true
                say(
                    "key",
                    transport.isEncrypted ? "accepted, and the coordinator's is right" : "none")
                _ = try transport.send(WorkerFrame(.hello(hello)).encoded(), to: .coordinator)
            case .handshakeFailed(let reason):
                refusals.append(reason)
                // One may be of a coordinator that was just ending or beginning.
                if refusals.count > 1, !isConnected {
                    throw fail("key", reason, ExitStatus.refused)
                }
            case .message(_, let bytes, _):
                if try judge(bytes, transport) { return }
            default: break
            }
        }
        if let refusal = refusals.last { throw fail("key", refusal, ExitStatus.refused) }
        throw fail(
            isConnected ? "version" : "key", "no answer within \(Int(Self.seconds)) s",
            ExitStatus.unavailable)
    }

    /// Whether the coordinator has answered.
    private func judge(_ bytes: [UInt8], _ transport: ConnectingTransport) throws -> Bool {
        let frame: CoordinatorFrame
        do {
            frame = try CoordinatorFrame(decoding: bytes)
        } catch {
            throw fail("version", "\(error)", ExitStatus.refused)
        }
        switch frame.message {
        case .refusal(.protocolVersion, let reason):
            throw fail("version", reason, ExitStatus.refused)
        case .refusal(let kind, let reason):
            say("version", "protocol \(ProtocolVersion.current), as here")
            throw fail("worker", reason, kind == .full ? ExitStatus.tryAgain : ExitStatus.refused)
        case .wait(let reason):
            say("version", "protocol \(ProtocolVersion.current), as here")
            say("worker", "would be let in, and wait: \(reason)")
            return true
        case .welcome:
            say("version", "protocol \(ProtocolVersion.current), as here")
            if let wanted = transport.run, wanted != frame.run {
                throw fail(
                    "run", "\(transport.address) has the run \(frame.run), not \(wanted)",
                    ExitStatus.unavailable)
            }
            say("worker", "is let in to run \(frame.run)")
            let goodbye = WorkerFrame(
                .goodbye(reason: "it was started with --check"), run: frame.run,
                session: frame.session)
            _ = try transport.send(goodbye.encoded(), to: .coordinator)
            // It is read before the connection ends.
            _ = try transport.receive(waitingAtMost: 1)
            return true
        default: return false
        }
    }
}
