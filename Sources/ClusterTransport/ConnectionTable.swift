// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol

/// Who is connected to a listening end and what it takes; decides which connections must end.
///
/// A value that is told what happened and when. It knows connections by their descriptors, as
/// ZeroMQ's monitor does.
struct ConnectionTable {
    typealias Seconds = Double

    /// A connection that is to end, and why.
    struct Cut: Equatable {
        var descriptor: Int32
        var reason: String
    }

    private struct Connection {
        var address: String
        var began: Seconds
        /// When it last said something.
        var heard: Seconds?
        var peer: PeerIdentifier?
        var key: ClientKey?
        var traffic = Traffic()
        /// A message was taken since the last look at its traffic.
        var hasSpoken = false
        /// It is being ended.
        var isCut = false
    }

    private let limits: ConnectionLimits
    private var connections: [Int32: Connection] = [:]
    private var descriptors: [PeerIdentifier: Int32] = [:]
    private var ofAddress: [String: Int] = [:]
    private var ofKey: [ClientKey: Int] = [:]
    /// Beginners in the order they came; those that are none any more are skipped.
    private var queue: [(descriptor: Int32, began: Seconds)] = []
    private var beginners: [String: Int] = [:]
    private var beginnersInAll = 0
    private var bytesToAll = 0
    /// Ends of earlier connections by a descriptor that the monitor has yet to tell of.
    private var endsToCome: [Int32: Int] = [:]

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    /// How many there are.
    var count: Int { connections.count }

    // MARK: What happens to connections

    /// Whether there is one by that descriptor.
    func contains(_ descriptor: Int32) -> Bool { connections[descriptor] != nil }

    /// One was accepted.
    ///
    /// One that has the same descriptor is over, though the monitor has not told.
    ///
    /// - Parameters:
    ///   - descriptor: Its descriptor.
    ///   - address: Its other end.
    ///   - now: The time.
    /// - Returns: Who spoke by the one that is over; and what is to end for the new one: itself, or one
    ///   that has said nothing for longer.
    mutating func accepted(
        _ descriptor: Int32, from address: String, at now: Seconds
    ) -> (gone: PeerIdentifier?, cut: Cut?) {
        if contains(descriptor) { endsToCome[descriptor, default: 0] += 1 }
        return (ended(descriptor), begin(descriptor, from: address, at: now))
    }

    private mutating func begin(
        _ descriptor: Int32, from address: String, at now: Seconds
    ) -> Cut? {
        connections[descriptor] = Connection(address: address, began: now)
        ofAddress[address, default: 0] += 1
        beginners[address, default: 0] += 1
        beginnersInAll += 1
        queue.append((descriptor, now))
        if descriptor >= limits.firstReserved || connections.count > limits.inAll {
            return cut(descriptor, "there are as many connections as this host allows")
        }
        if ofAddress[address, default: 0] > limits.ofAddress {
            return cut(descriptor, "\(address) has as many connections as one address may")
        }
        guard beginnersInAll > limits.beginners, let oldest = oldestBeginner else { return nil }
        // Who floods makes no room for itself, and none but for a moment against others.
        let isFlooding = beginners[address, default: 0] > limits.beginners / 2
        let victim =
            isFlooding && now - oldest.began < limits.graceSeconds
            ? descriptor : oldest.descriptor
        return cut(victim, "too many connections begin at once")
    }

    /// A frame or more came by one.
    ///
    /// - Parameters:
    ///   - descriptor: The connection.
    ///   - peer: Who spoke.
    ///   - origin: Where it came from.
    ///   - bytes: What it took of the connection.
    ///   - now: The time.
    /// - Returns: Who spoke by it before, where the monitor has not told of its end; and a connection
    ///   to end.
    mutating func spoke(
        _ descriptor: Int32, _ peer: PeerIdentifier, _ origin: PeerOrigin, bytes: Int,
        at now: Seconds
    ) -> (gone: PeerIdentifier?, cut: Cut?) {
        // With each message: it is looked up once, and not copied.
        guard let place = connections.index(forKey: descriptor) else { return (nil, nil) }
        if connections.values[place].heard == nil { endBeginning(descriptor) }
        connections.values[place].heard = now
        connections.values[place].hasSpoken = true
        connections.values[place].traffic.taken += bytes
        guard connections.values[place].peer != peer else { return (nil, nil) }
        let known = connections.values[place]
        forgetPeer(of: known, by: descriptor)
        connections[descriptor]?.peer = peer
        connections[descriptor]?.key = origin.key
        descriptors[peer] = descriptor
        guard let key = origin.key else { return (known.peer, nil) }
        ofKey[key, default: 0] += 1
        guard ofKey[key, default: 0] > limits.ofKey else { return (known.peer, nil) }
        return (
            known.peer, cut(descriptor, "the key \(key) has as many connections as one key may")
        )
    }

    /// One is over, as the monitor tells.
    ///
    /// - Returns: Who spoke by it.
    mutating func closed(_ descriptor: Int32) -> PeerIdentifier? {
        guard endsToCome[descriptor] == nil else {
            decrement(&endsToCome, descriptor)
            return nil
        }
        return ended(descriptor)
    }

    /// One was refused as it was accepted: the monitor will not tell of it.
    mutating func forget(_ descriptor: Int32) { _ = ended(descriptor) }

    private mutating func ended(_ descriptor: Int32) -> PeerIdentifier? {
        if connections[descriptor]?.heard == nil { endBeginning(descriptor) }
        guard let connection = connections.removeValue(forKey: descriptor) else { return nil }
        decrement(&ofAddress, connection.address)
        bytesToAll -= connection.traffic.queued
        forgetPeer(of: connection, by: descriptor)
        return connection.peer
    }

    private mutating func forgetPeer(of connection: Connection, by descriptor: Int32) {
        if let key = connection.key { decrement(&ofKey, key) }
        if let peer = connection.peer, descriptors[peer] == descriptor { descriptors[peer] = nil }
    }

    private func decrement<Key>(_ counts: inout [Key: Int], _ key: Key) {
        counts[key] = counts[key].flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    // MARK: Beginners

    private mutating func endBeginning(_ descriptor: Int32) {
        guard let connection = connections[descriptor], !connection.isCut else { return }
        decrement(&beginners, connection.address)
        beginnersInAll -= 1
    }

    private func isBeginner(_ entry: (descriptor: Int32, began: Seconds)) -> Bool {
        guard let connection = connections[entry.descriptor] else { return false }
        return connection.heard == nil && !connection.isCut && connection.began == entry.began
    }

    private var oldestBeginner: (descriptor: Int32, began: Seconds)? {
        mutating get {
            let first = queue.firstIndex(where: isBeginner) ?? queue.count
            queue.removeFirst(first)
            return queue.first
        }
    }

    private mutating func cut(_ descriptor: Int32, _ reason: String) -> Cut? {
        guard connections[descriptor]?.isCut == false else { return nil }
        if connections[descriptor]?.heard == nil { endBeginning(descriptor) }
        connections[descriptor]?.isCut = true
        return Cut(descriptor: descriptor, reason: reason)
    }

    // MARK: What takes time and memory

    /// Ends what has been silent for too long, and what holds too much memory.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isIdle: Whether there is no message to take.
    ///   - counts: What the kernel has counted of a connection, whose traffic was that; nil where it
    ///     does not.
    /// - Returns: What is to end.
    mutating func sweep(
        at now: Seconds, isIdle: Bool, counts: (Int32, Traffic) -> Traffic.Counts?
    ) -> [Cut] {
        var cuts: [Cut?] = []
        var held: [(descriptor: Int32, bytes: Int)] = []
        var heldInAll = 0
        bytesToAll = 0
        for (descriptor, connection) in connections {
            let limit =
                connection.heard == nil
                ? ConnectionLimits.greetingSeconds : ConnectionLimits.silenceSeconds
            if now - (connection.heard ?? connection.began) > limit {
                cuts.append(cut(descriptor, "said nothing for \(Int(limit)) s"))
            }
            var traffic = connection.traffic
            guard let counts = counts(descriptor, traffic) else { continue }
            let bytes = traffic.look(counts, hasSpoken: connection.hasSpoken)
            connections[descriptor]?.traffic = traffic
            connections[descriptor]?.hasSpoken = false
            bytesToAll += traffic.queued
            let isIncomplete = isIdle && !connection.hasSpoken
            if bytes
                > (isIncomplete ? ConnectionLimits.bytesOfMessage : ConnectionLimits.bytesOfPeer)
            {
                cuts.append(cut(descriptor, "sent more than \(bytes >> 20) MiB in one message"))
            } else if bytes > 0 {
                heldInAll += bytes
                held.append((descriptor, bytes))
            }
        }
        if heldInAll > ConnectionLimits.bytesInAll {
            held.sort { $0.bytes > $1.bytes }
            for (descriptor, bytes) in held where heldInAll > ConnectionLimits.bytesInAll {
                heldInAll -= bytes
                cuts.append(cut(descriptor, "all peers together sent more than can be kept"))
            }
        }
        _ = oldestBeginner
        return cuts.compactMap { $0 }
    }

    /// Ends the connections of keys that may not connect any more.
    mutating func revoke(_ isAllowed: (ClientKey) -> Bool) -> [Cut] {
        connections.compactMap { descriptor, connection in
            guard let key = connection.key, !isAllowed(key) else { return nil }
            return descriptor
        }.compactMap { cut($0, "its key was taken out of the list of clients") }
    }

    /// Ends the connection of a peer that asks more than is answered.
    mutating func cutOff(_ peer: PeerIdentifier) -> Cut? {
        descriptors[peer].flatMap { cut($0, "asked more than is answered") }
    }

    // MARK: What is sent

    /// The connection by which a message may be queued for a peer; nil if there is no room.
    func mayQueue(_ bytes: Int, for peer: PeerIdentifier) -> Bool {
        guard let descriptor = descriptors[peer],
            let place = connections.index(forKey: descriptor)
        else { return true }
        return connections.values[place].traffic.queued + bytes <= ConnectionLimits.bytesToPeer
            && (bytes <= ConnectionLimits.smallMessage
                || bytesToAll + bytes <= ConnectionLimits.bytesToAll)
    }

    /// A message was queued.
    mutating func queued(_ bytes: Int, for peer: PeerIdentifier) {
        guard let descriptor = descriptors[peer] else { return }
        if let place = connections.index(forKey: descriptor) {
            connections.values[place].traffic.sent += bytes
            connections.values[place].traffic.queued += bytes
        }
        bytesToAll += bytes
    }
}

/// How many bytes of a connection are in memory, by what the kernel has counted.
struct Traffic {
    /// What the kernel has counted.
    struct Counts {
        /// Bytes that ZeroMQ has read.
        var read: Int
        /// Bytes that the other end has acknowledged.
        var acknowledged: Int
        /// Bytes that it has not acknowledged, of those that ZeroMQ has written.
        var leaving = 0
    }

    /// What may be left over by pings and handshakes, which are not counted here.
    private static let slack = 64 << 10
    /// What is so little that it need not be known whether ZeroMQ has it, or still the kernel.
    private static let little = 4 << 10

    /// Bytes, as they are on the wire, that were taken from ZeroMQ.
    var taken = 0
    /// Bytes that were given to it.
    var sent = 0
    /// Bytes that were given to it and are not acknowledged.
    var queued = 0
    private var acknowledged = 0

    /// Whether it matters how much of what came nobody has read: where `counts` has it as read, it is
    /// more than a few answers.
    func needsUnread(_ counts: Counts) -> Bool { counts.read - taken > Self.little }

    /// Whether it matters how much is on its way: something was, and nothing has arrived since.
    func needsLeaving(_ counts: Counts) -> Bool {
        queued > 0 && counts.acknowledged == acknowledged
    }

    /// Compares what was counted here and there.
    ///
    /// - Parameters:
    ///   - counts: What the kernel has counted.
    ///   - hasSpoken: Whether a message was taken since the last look.
    /// - Returns: Bytes that ZeroMQ holds for us.
    mutating func look(_ counts: Counts, hasSpoken: Bool) -> Int {
        // What is written and acknowledged for a while is all there was.
        let isAllSent = counts.leaving == 0 && counts.acknowledged == acknowledged
        sent = isAllSent ? counts.acknowledged : max(sent, counts.acknowledged)
        acknowledged = counts.acknowledged
        queued = sent - counts.acknowledged
        let held = counts.read - taken
        // All that came before a message that was taken is gone: the rest is pings, or young.
        if held < 0 || hasSpoken && held <= Self.slack { taken = counts.read }
        return max(0, held)
    }
}
