// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation
import Testing

/// What each client's key is for.
struct RoleTests {
    /// What the coordinator does with a message of somebody who has not joined.
    private enum Answer: Equatable {
        case welcome
        case refusal(String)
        case status
        case scaled(ScaleAnswer)
    }

    private func answer(to message: WorkerMessage, _ origin: PeerOrigin) throws -> [Answer] {
        var coordinator = CoordinatorSession(
            configuration: .init(run: "run", models: [], work: .score(settings: Data())),
            firstSession: 7)
        coordinator.received(
            WorkerFrame(message).encoded(), from: PeerIdentifier([1]), origin, at: 0
        ) { _, _ in false }
        return try coordinator.takeActions().compactMap { action in
            switch action {
            case .statusAsked: return .status
            case .send(let bytes, _):
                switch try CoordinatorFrame(decoding: bytes).message {
                case .welcome: return .welcome
                case .refusal(_, let reason): return .refusal(reason)
                case .scaled(let answer): return .scaled(answer)
                default: return nil
                }
            default: return nil
            }
        }
    }

    private static let hello = WorkerMessage.hello(
        Hello(
            instance: Data(count: Hello.instanceBytes), host: "host", process: 1, cores: 1,
            environments: 1, fingerprint: "cpu"))
    private static let scale = WorkerMessage.scale(host: nil, cores: 2)
    /// Who may scale is told that there is nobody.
    private static let isObeyed = Answer.scaled(.refused("no worker is connected"))

    private func keyed(_ role: ClientRole) -> PeerOrigin {
        PeerOrigin(key: ClientKey("k"), address: "10.0.0.1", role: role)
    }

    @Test func `a worker works, and does not scale others`() throws {
        #expect(try answer(to: Self.hello, keyed(.work)) == [.welcome])
        #expect(
            try answer(to: Self.scale, keyed(.work)) == [
                .scaled(
                    .refused("the key of this client may not scale workers; 'operate' allows it"))
            ])
    }

    @Test func `who may look neither works nor scales`() throws {
        #expect(
            try answer(to: Self.hello, keyed(.look)) == [
                .refusal("the key of this client may look, and not work")
            ])
        #expect(try answer(to: Self.scale, keyed(.look)) != [Self.isObeyed])
    }

    @Test func `who may operate scales, and does not work`() throws {
        #expect(
            try answer(to: Self.hello, keyed(.operate)) == [
                .refusal("the key of this client may operate, and not work")
            ])
        #expect(try answer(to: Self.scale, keyed(.operate)) == [Self.isObeyed])
    }

    @Test(arguments: [ClientRole.work, .look, .operate])
    func `the status is for all of them`(role: ClientRole) throws {
        #expect(try answer(to: .statusRequest, keyed(role)) == [.status])
    }

    @Test func `without keys there is nobody to tell from others`() throws {
        #expect(try answer(to: Self.hello, PeerOrigin()) == [.welcome])
        #expect(try answer(to: Self.scale, PeerOrigin()) == [Self.isObeyed])
    }
}
