// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Testing

@testable import ClusterTransport

/// Which connections must end, decided without a socket.
struct ConnectionTableTests {
    private var limits: ConnectionLimits {
        var limits = ConnectionLimits(descriptors: 256)
        limits.beginners = 4
        return limits
    }

    private func peer(_ number: Int32) -> PeerIdentifier { PeerIdentifier([UInt8(number)]) }

    @Test func `of any number of descriptors some are left to files`() {
        for descriptors in [64, 256, 1024, 20_000, 1 << 20] {
            let limits = ConnectionLimits(descriptors: descriptors)
            #expect(Int(limits.firstReserved) <= max(descriptors - 64, 0))
            #expect(limits.inAll >= limits.ofAddress && limits.ofAddress >= limits.beginners)
            #expect(limits.beginners >= 1)
        }
        var table = ConnectionTable(limits: limits)
        #expect(table.accepted(191, from: "a", at: 0).cut == nil)
        #expect(table.accepted(192, from: "a", at: 0).cut?.descriptor == 192)
    }

    @Test func `who floods makes room for others at once and for itself after a moment`() {
        var table = ConnectionTable(limits: limits)
        for number in 1...4 {
            #expect(table.accepted(Int32(number), from: "a", at: 0).cut == nil)
        }
        #expect(table.accepted(5, from: "a", at: 1).cut?.descriptor == 5)
        table.forget(5)
        #expect(table.accepted(6, from: "b", at: 1).cut?.descriptor == 1)
        #expect(table.accepted(7, from: "a", at: 3.1).cut?.descriptor == 2)
        // Whoever has spoken is no beginner any more.
        _ = table.spoke(3, peer(3), PeerOrigin(), bytes: 1, at: 4)
        #expect(table.accepted(8, from: "a", at: 4).cut == nil)
    }

    @Test func `there are no more connections than the host allows`() {
        var limits = limits
        (limits.inAll, limits.beginners) = (3, 10)
        var table = ConnectionTable(limits: limits)
        for number in Int32(1)...3 {
            #expect(table.accepted(number, from: "\(number)", at: 0).cut == nil)
        }
        #expect(table.accepted(4, from: "4", at: 0).cut?.descriptor == 4)
        table.forget(4)
        _ = table.closed(1)
        #expect(table.accepted(5, from: "5", at: 0).cut == nil)
    }

    @Test func `no address and no key has all connections`() {
        var limits = limits
        limits.ofAddress = 3
        limits.ofKey = 2
        var table = ConnectionTable(limits: limits)
        func speak(_ number: Int32, _ key: String) -> Int32? {
            table.spoke(number, peer(number), PeerOrigin(key: ClientKey(key)), bytes: 1, at: 0)
                .cut?.descriptor
        }
        for (number, key) in [(1, "one"), (2, "other"), (3, "other")] as [(Int32, String)] {
            #expect(table.accepted(number, from: "a", at: 0).cut == nil)
            let cut = speak(number, key)
            #expect(cut == nil)
        }
        #expect(table.accepted(4, from: "a", at: 0).cut?.descriptor == 4)
        #expect(table.accepted(5, from: "b", at: 0).cut == nil)
        let third = speak(5, "other")
        #expect(third == 5)
        #expect(table.closed(2) == peer(2))
        #expect(table.accepted(6, from: "a", at: 0).cut?.descriptor == 6)
        table.forget(6)
        #expect(table.closed(4) == nil)
        #expect(table.accepted(7, from: "a", at: 0).cut == nil)
    }

    @Test func `an end that is told late does not end the next connection of that descriptor`() {
        var table = ConnectionTable(limits: limits)
        _ = table.accepted(1, from: "a", at: 0)
        _ = table.spoke(1, peer(1), PeerOrigin(), bytes: 1, at: 0)
        #expect(table.accepted(1, from: "a", at: 1).gone == peer(1))
        _ = table.spoke(1, peer(2), PeerOrigin(), bytes: 1, at: 1)
        #expect(table.closed(1) == nil)
        #expect(table.closed(1) == peer(2))
        #expect(table.count == 0)
    }

    @Test func `silence ends a connection, sooner before its first message`() {
        var table = ConnectionTable(limits: limits)
        _ = table.accepted(1, from: "a", at: 0)
        _ = table.accepted(2, from: "a", at: 0)
        _ = table.spoke(2, peer(2), PeerOrigin(), bytes: 1, at: 0)
        #expect(table.sweep(at: 9, isIdle: true) { _, _ in nil }.isEmpty)
        #expect(table.sweep(at: 11, isIdle: true) { _, _ in nil }.map(\.descriptor) == [1])
        #expect(table.sweep(at: 59, isIdle: true) { _, _ in nil }.isEmpty)
        #expect(table.sweep(at: 61, isIdle: true) { _, _ in nil }.map(\.descriptor) == [2])
    }

    @Test func `bytes that nobody has taken end a connection, and the largest of too many`() {
        var table = ConnectionTable(limits: limits)
        var read: [Int32: Int] = [:]
        func sweep(isIdle: Bool) -> [Int32] {
            table.sweep(at: 0, isIdle: isIdle) { descriptor, _ in
                Traffic.Counts(read: read[descriptor] ?? 0, acknowledged: 0)
            }
            .map(\.descriptor).sorted()
        }
        for number in Int32(1)...10 {
            _ = table.accepted(number, from: "a", at: 0)
            _ = table.spoke(number, peer(number), PeerOrigin(), bytes: 100, at: 0)
            read[number] = 200
        }
        #expect(sweep(isIdle: true).isEmpty)
        // 5 MiB may be messages that wait, unless there are none.
        read[1] = 5 << 20
        #expect(sweep(isIdle: false).isEmpty)
        #expect(sweep(isIdle: true) == [1])
        read[2] = 19 << 20
        #expect(sweep(isIdle: false) == [2])
        for number in Int32(3)...10 { read[number] = 15 << 20 }
        // 5 and 8 x 15 MiB are less than 128.
        #expect(sweep(isIdle: false).isEmpty)
        read[9] = 17 << 20
        read[10] = 35 << 19
        #expect(sweep(isIdle: false) == [10])
    }

    @Test func `what is sent to a peer that does not read is bounded`() {
        var table = ConnectionTable(limits: limits)
        _ = table.accepted(1, from: "a", at: 0)
        _ = table.spoke(1, peer(1), PeerOrigin(), bytes: 1, at: 0)
        var count = 0
        while count < 100, table.mayQueue(1 << 20, for: peer(1)) {
            table.queued(1 << 20, for: peer(1))
            count += 1
        }
        #expect(count == 16)
        func sweep(acknowledged: Int, leaving: Int) {
            _ = table.sweep(at: 0, isIdle: true) { _, _ in
                Traffic.Counts(read: 1, acknowledged: acknowledged, leaving: leaving)
            }
        }
        sweep(acknowledged: 0, leaving: 1000)
        #expect(!table.mayQueue(1 << 20, for: peer(1)))
        sweep(acknowledged: 8 << 20, leaving: 1000)
        #expect(table.mayQueue(1 << 20, for: peer(1)))
        // Where more was counted than has left, and nothing leaves any more, it was counted wrongly.
        #expect(!table.mayQueue(9 << 20, for: peer(1)))
        sweep(acknowledged: 8 << 20, leaving: 0)
        #expect(table.mayQueue(9 << 20, for: peer(1)))
    }

    @Test func `what waits for all peers is bounded, but for small messages`() {
        var table = ConnectionTable(limits: limits)
        for number in Int32(1)...17 {
            _ = table.accepted(number, from: "a", at: 0)
            _ = table.spoke(number, peer(number), PeerOrigin(), bytes: 1, at: 0)
        }
        // 16 MiB for each of 16 are 256.
        for number in Int32(1)...16 {
            #expect(table.mayQueue(16 << 20, for: peer(number)))
            table.queued(16 << 20, for: peer(number))
        }
        #expect(!table.mayQueue(1 << 20, for: peer(17)))
        #expect(table.mayQueue(64 << 10, for: peer(17)))
        _ = table.closed(1)
        #expect(table.mayQueue(1 << 20, for: peer(17)))
    }

    @Test func `the kernel is asked for details where they matter alone`() {
        var traffic = Traffic()
        func counts(read: Int, acknowledged: Int) -> Traffic.Counts {
            Traffic.Counts(read: read, acknowledged: acknowledged)
        }
        traffic.taken = 1000
        #expect(!traffic.needsUnread(counts(read: 5000, acknowledged: 0)))
        #expect(traffic.needsUnread(counts(read: 6000, acknowledged: 0)))
        // Nothing was sent.
        #expect(!traffic.needsLeaving(counts(read: 0, acknowledged: 0)))
        (traffic.sent, traffic.queued) = (500, 500)
        #expect(traffic.needsLeaving(counts(read: 0, acknowledged: 0)))
        // Some of it has just arrived: more may be on its way.
        #expect(!traffic.needsLeaving(counts(read: 0, acknowledged: 200)))
    }
}
