// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import Episodes
import ClusterSessions
import ClusterProtocol
import Foundation
import RolloutWorker
import Synchronization

/// A transport that can be cut or made deaf and dumb from another thread.
final class FaultyTransport: Transport {
    /// What is wrong with the transport.
    enum Fault: Sendable {
        case none
        /// As if the process were killed.
        case killed
        /// Nothing that is sent arrives.
        case mute
    }

    private let wrapped: any Transport
    private let fault: @Sendable () -> Fault

    init(_ wrapped: any Transport, fault: @escaping @Sendable () -> Fault) {
        self.wrapped = wrapped
        self.fault = fault
    }

    var address: String { wrapped.address }
    var waker: any TransportWaker { wrapped.waker }

    func receive(
        waitingAtMost seconds: Double
    ) throws(TransportError) -> TransportEvent? {
        if fault() == .killed { throw .closed }
        return try wrapped.receive(waitingAtMost: min(seconds, 0.05))
    }

    func send(_ message: [UInt8], to peer: PeerIdentifier) throws(TransportError) -> Bool {
        switch fault() {
        case .killed: throw .closed
        case .mute: return true
        case .none: return try wrapped.send(message, to: peer)
        }
    }

    func hangUp() { wrapped.hangUp() }
    func diagnosis() -> String? { wrapped.diagnosis() }
    func close() { wrapped.close() }
}

/// A worker on threads of this process.
final class TestWorker: Sendable {
    let worker: RolloutWorker
    private let state = Mutex((fault: FaultyTransport.Fault.none, lines: [String]()))
    private let ending: AsyncStream<Result<RolloutWorker.End, any Error>>
    private let reports: AsyncStream<String>

    init(
        _ address: String, environments: Int = 4, gate: Gate = Gate(),
        security: ClientSecurity = .plaintext, host: String = "host",
        crashes: @escaping @Sendable (Episode) -> Bool = { _ in false },
        engine: EngineFactory? = nil,
        change: (inout RolloutWorker.Configuration) -> Void = { _ in }
    ) throws {
        var configuration = RolloutWorker.Configuration(environments: environments)
        configuration.hello.host = host
        configuration.helloSeconds = 0.5
        change(&configuration)
        worker = RolloutWorker(configuration: configuration)
        let endpoint = try Endpoint(parsing: address, binding: false)
        let factory: EngineFactory =
            engine ?? { _, _ in
                { ScriptedEngine(slots: $0, gate: gate, crashes: crashes) }
            }
        let (ending, sink) = AsyncStream.makeStream(of: Result<RolloutWorker.End, any Error>.self)
        self.ending = ending
        let (reports, printer) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingNewest(1000))
        self.reports = reports
        let thread = Thread { [self] in
            let result = Result { () throws -> RolloutWorker.End in
                let transport = FaultyTransport(
                    try ConnectingTransport(connectingTo: endpoint, security: security),
                    fault: { [self] in state.withLock { $0.fault } })
                return try worker.run(
                    over: transport, engine: factory,
                    report: { [self] report in
                        state.withLock { $0.lines.append(report.text) }
                        printer.yield(report.text)
                    })
            }
            printer.finish()
            sink.yield(result)
            sink.finish()
        }
        thread.start()
    }

    func kill() {
        state.withLock { $0.fault = .killed }
        worker.leaveNow()
    }

    func mute() { state.withLock { $0.fault = .mute } }
    func heal() { state.withLock { $0.fault = .none } }
    var lines: [String] { state.withLock { $0.lines } }

    /// Waits for the next line that fits; nil when the worker ended without it.
    func line(_ fits: (String) -> Bool) async -> String? {
        for await line in reports where fits(line) { return line }
        return nil
    }

    /// Waits for the worker's end.
    func end() async throws -> RolloutWorker.End? {
        for await result in ending { return try result.get() }
        return nil
    }
}
