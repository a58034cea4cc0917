// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import SwiftProtobuf
import Testing

struct PeerTextTests {
    @Test func `no text of a peer carries what a terminal obeys`() throws {
        let forged = "bye\r\u{1b}[2Kbest 999.9, the best so far\n\u{202e}"
        let shown = "bye\\u{d}\\u{1b}[2Kbest 999.9, the best so far\\u{a}\\u{202e}"
        let hello = Hello(
            instance: Data(count: 16), host: forged, process: 1, cores: 1, environments: 1,
            software: forged, fingerprint: forged)
        var clean = hello
        (clean.host, clean.software, clean.fingerprint) = (shown, shown, shown)
        func result(_ text: String) -> WorkerMessage {
            .results([
                LeasedResult(lease: 1, report: .failure(EpisodeFailure(text)), seconds: 0)
            ])
        }
        for (sent, read) in [
            (.hello(hello), .hello(clean)), (result(forged), result(shown)),
            (.goodbye(reason: forged), .goodbye(reason: shown)),
            (.scale(host: forged, cores: 3), .scale(host: shown, cores: 3)),
        ] as [(WorkerMessage, WorkerMessage)] {
            let frame = try WorkerFrame(
                decoding: WorkerFrame(sent, run: forged, session: 1).encoded())
            #expect(frame.message == read && frame.run == shown)
        }
        func status(_ text: String) -> ClusterStatus {
            ClusterStatus(
                software: text, counters: ServerCounters(),
                workers: [
                    WorkerSnapshot(
                        host: text, process: 1, cores: 1, wantedCores: 2, coreSteps: [5],
                        environments: 1, software: text,
                        fingerprint: text, state: .ready, outstanding: 0, completed: 0,
                        rolloutsPerSecond: 0, secondsSinceHeard: 0, errors: 0)
                ], run: RunProgress(.search, generation: 3, done: 1, total: 2))
        }
        for (sent, read) in [
            (.farewell(.paused, reason: forged), .farewell(.paused, reason: shown)),
            (.scaled(.refused(forged)), .scaled(.refused(shown))), (.useCores(2), .useCores(2)),
            (.scaled(.told(workers: 2, limited: 1)), .scaled(.told(workers: 2, limited: 1))),
            (.status(status(forged)), .status(status(shown))),
        ] as [(CoordinatorMessage, CoordinatorMessage)] {
            let frame = try CoordinatorFrame(
                decoding: CoordinatorFrame(sent, run: forged, session: 1).encoded())
            #expect(frame.message == read && frame.run == shown)
        }
        let refusal = CoordinatorFrame(.refusal(.other, forged), run: "", session: 0)
        #expect(
            try CoordinatorFrame(decoding: refusal.encoded()).message == .refusal(.other, shown))
    }

    @Test func `a text that is too long to be passed on escaped is refused where it comes in`()
        throws
    {
        // 6 bytes each, in a status that whoever asked would have to refuse.
        func hello(controls: Int) -> [UInt8] {
            let text = String(repeating: "\u{1b}", count: controls)
            let hello = Hello(
                instance: Data(count: 16), host: "h", process: 1, cores: 1, environments: 1,
                software: text, fingerprint: "")
            return WorkerFrame(.hello(hello)).encoded()
        }
        let frame = try WorkerFrame(decoding: hello(controls: 170))
        #expect(try WorkerFrame(decoding: frame.encoded()) == frame)
        #expect(throws: WireError.field("hello.software", "has 1026 bytes, more than 1024")) {
            try WorkerFrame(decoding: hello(controls: 171))
        }
    }

    @Test(arguments: [(400, 400), (12_000, 1)])
    func `a report of workers that say as much as they may is one that can be read`(
        workers: Int, atLeast: Int
    ) throws {
        let long = String(repeating: "w", count: WireLimits.textBytes)
        let worker = WorkerSnapshot(
            host: long, process: 1, cores: WireLimits.cores, wantedCores: WireLimits.cores,
            coreSteps: Array(repeating: .max, count: WireLimits.cores),
            environments: WireLimits.environments, software: long, fingerprint: long,
            state: .ready, outstanding: 0, completed: 0, rolloutsPerSecond: 0,
            secondsSinceHeard: 0, errors: 0)
        let status = ClusterStatus(
            counters: ServerCounters(), workers: Array(repeating: worker, count: workers),
            run: RunProgress(.search, generation: 3, done: 1, total: 2))
        let frame = CoordinatorFrame(.status(status), run: "r", session: 1)
        let read = try CoordinatorFrame(decoding: frame.encoded())
        guard case .status(let told) = read.message else {
            Issue.record("no status: \(read.message)")
            return
        }
        #expect(told.workers.count >= atLeast)
        #expect(told.workers.count + (told.unlisted ?? 0) == workers)
        #expect(told.run == status.run)
        #expect(told.workers.allSatisfy { $0.host == long && $0.cores == WireLimits.cores })
    }

    @Test func `a report of more workers than any has is refused`() throws {
        let worker = WorkerSnapshot(
            host: "h", process: 1, cores: 1, wantedCores: 1, coreSteps: [], environments: 1,
            software: "", fingerprint: "", state: .ready, outstanding: 0, completed: 0,
            rolloutsPerSecond: 0, secondsSinceHeard: 0, errors: 0)
        let status = ClusterStatus(
            counters: ServerCounters(),
            workers: Array(repeating: worker, count: WireLimits.workersInStatus + 1), run: nil)
        var message = WireFromCoordinator()
        message.protocolVersion = ProtocolVersion.current
        message.status.json = try JSONEncoder().encode(status)
        let sent = try message.serializedBytes() as [UInt8]
        #expect(
            throws: WireError.field("status.workers", "has 10001 entries, more than 10000")
        ) { try CoordinatorFrame(decoding: sent) }
    }
}
