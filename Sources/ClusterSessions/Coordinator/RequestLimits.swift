// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol

/// How often those who have not joined are answered; cluster/README.md has the table.
///
/// Each request has a bucket of its connection, one of its key (of its address, where there are no
/// keys), and one of all. Nobody can empty another connection's, and the time that all of them
/// together cost has a bound.
struct RequestLimits: Sendable {
    /// What somebody asks for who need not have joined.
    enum Request: Hashable {
        case hello
        case status
        /// Something that only a refusal, or a wish for another Hello, answers.
        case unknown
    }

    /// What is to become of a request.
    enum Verdict: Equatable {
        /// It is answered.
        case granted
        /// It is dropped.
        case excess
        /// It is dropped, and so many came by its connection that this must end.
        case flood
    }

    private enum Owner: Hashable {
        case peer(PeerIdentifier)
        case key(ClientKey)
        case address(String)
        case all
    }

    private struct Entry: Hashable {
        var request: Request
        var owner: Owner
    }

    private struct Account {
        var bucket: TokenBucket
        /// Requests that were dropped since one was granted.
        var excess = 0
    }

    /// So many dropped requests in a row end a connection.
    static let excessOfPeer = 100
    /// Seconds between two looks for buckets that are full.
    private static let pruneSeconds = 10.0

    private var accounts: [Entry: Account] = [:]
    private var nextPrune = 0.0

    /// Buckets that are not full.
    var count: Int { accounts.count }

    /// Judges a request.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - peer: By which connection.
    ///   - origin: Whose it is.
    ///   - now: The time in seconds.
    /// - Returns: What is to become of it.
    mutating func judge(
        _ request: Request, by peer: PeerIdentifier, _ origin: PeerOrigin, at now: Double
    ) -> Verdict {
        prune(at: now)
        guard take(request, .peer(peer), at: now) else {
            let entry = Entry(request: request, owner: .peer(peer))
            guard accounts[entry]?.excess ?? 0 >= Self.excessOfPeer else { return .excess }
            accounts[entry]?.excess = 0
            return .flood
        }
        let owner = origin.key.map(Owner.key) ?? origin.address.map(Owner.address)
        if let owner, !take(request, owner, at: now) { return .excess }
        return take(request, .all, at: now) ? .granted : .excess
    }

    private mutating func take(_ request: Request, _ owner: Owner, at now: Double) -> Bool {
        let rate = Self.rate(of: request, by: owner)
        return withAccount(Entry(request: request, owner: owner), rate, at: now) { account in
            let isGranted = account.bucket.take(at: now)
            account.excess = isGranted ? 0 : account.excess + 1
            return isGranted
        }
    }

    private mutating func withAccount(
        _ entry: Entry, _ rate: TokenBucket.Rate, at now: Double, _ body: (inout Account) -> Bool
    ) -> Bool {
        body(&accounts[entry, default: Account(bucket: TokenBucket(rate, at: now))])
    }

    /// A full bucket is as good as none.
    private mutating func prune(at now: Double) {
        guard now >= nextPrune else { return }
        nextPrune = now + Self.pruneSeconds
        accounts = accounts.filter { !$0.value.bucket.isFull(at: now) }
    }

    /// A worker says Hello every 3 s until it is answered, and thousands with one key come back at
    /// once when a coordinator starts again; people and their programs ask for the status.
    private static func rate(of request: Request, by owner: Owner) -> TokenBucket.Rate {
        switch (request, owner) {
        case (.hello, .peer): .init(burst: 20, perSecond: 1)
        case (.hello, .key), (.hello, .address): .init(burst: 20_000, perSecond: 200)
        case (.hello, .all): .init(burst: 40_000, perSecond: 400)
        case (.status, .peer): .init(burst: 10, perSecond: 2)
        case (.status, .key), (.status, .address): .init(burst: 20, perSecond: 5)
        case (.status, .all): .init(burst: 60, perSecond: 20)
        case (.unknown, .peer): .init(burst: 20, perSecond: 2)
        case (.unknown, .key), (.unknown, .address): .init(burst: 20_000, perSecond: 200)
        case (.unknown, .all): .init(burst: 40_000, perSecond: 400)
        }
    }
}
