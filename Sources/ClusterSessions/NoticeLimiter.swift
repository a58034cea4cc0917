// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Lets the first few notices of each kind through, and counts the rest: whatever comes in floods,
/// nothing of one kind crowds out another.
///
/// Each kind has a bucket of its own, and in it each party (a worker, say) a smaller one. What finds
/// them empty is merged, with the last of them, into one counted notice when its window ends; while
/// that goes on the windows grow, so that a flood of days fills no log. A value without a clock: it is
/// told the time, which must not go back.
package struct NoticeLimiter<Notice: Sendable>: Sendable {
    /// Seconds.
    package typealias Seconds = Double

    /// How much of a kind is let through.
    package struct Rule: Sendable {
        /// Of one party.
        package var ofParty: TokenBucket.Rate
        /// In all.
        package var inAll: TokenBucket.Rate

        /// Collects the parts.
        package init(ofParty: TokenBucket.Rate, inAll: TokenBucket.Rate) {
            self.ofParty = ofParty
            self.inAll = inAll
        }
    }

    /// Notices that became one.
    package struct Merged: Sendable {
        /// The last of them.
        package var last: Notice
        /// How many there were.
        package var count: Int
        /// In which time they came.
        package var seconds: Seconds
    }

    /// The time in which notices become one.
    private struct Window {
        var began: Seconds
        var length: Seconds
        var merged = 0
        var last: Notice?

        func isOver(at now: Seconds) -> Bool { now - began >= length }

        /// The notices as one; nil where there was none.
        func taken(at now: Seconds) -> Merged? {
            last.map { Merged(last: $0, count: merged, seconds: now - began) }
        }

        /// The one that follows it; none after a quiet one.
        func successor(at now: Seconds) -> Window? {
            merged > 0 ? Window(began: now, length: min(longestWindow, 2 * length)) : nil
        }
    }

    private struct Account {
        var bucket: TokenBucket
        var window: Window?

        init(_ rate: TokenBucket.Rate, at now: Seconds) {
            bucket = TokenBucket(rate, at: now)
        }

        mutating func merge(_ notice: Notice, count: Int = 1, at now: Seconds) {
            var window = window ?? Window(began: now, length: firstWindow)
            window.merged += count
            window.last = notice
            self.window = window
        }

        /// Whether it is as good as none.
        func isIdle(at now: Seconds) -> Bool { window == nil && bucket.isFull(at: now) }
    }

    private struct Kind {
        var account: Account
        /// Those that the kind's bucket has let through not long ago.
        var parties: [String: Account] = [:]
    }

    /// Seconds of the first window.
    package static var firstWindow: Seconds { 10 }
    /// Seconds of the longest.
    package static var longestWindow: Seconds { 640 }

    private var kinds: [String: Kind] = [:]

    /// Nothing so far.
    package init() {}

    /// Kinds and parties that are remembered; bounded by the kinds' rules.
    var accountCount: Int { kinds.values.reduce(kinds.count) { $0 + $1.parties.count } }

    /// Takes a notice.
    ///
    /// - Parameters:
    ///   - notice: What there is to say.
    ///   - name: Its kind; a few words of the caller's, not of a peer's.
    ///   - party: Whom it is about; nil for nobody, or where each of them counts.
    ///   - rule: How much of the kind is let through.
    ///   - now: The time.
    /// - Returns: Whether it is let through; else it will be part of a counted one.
    package mutating func admits(
        _ notice: Notice, kind name: String, party: String?, rule: Rule, at now: Seconds
    ) -> Bool {
        // Taken out, so that its parties are not copied.
        var kind = kinds.removeValue(forKey: name) ?? Kind(account: Account(rule.inAll, at: now))
        defer { kinds[name] = kind }
        var account = party.map { kind.parties[$0] ?? Account(rule.ofParty, at: now) }
        if account?.bucket.take(at: now) == false {
            account?.merge(notice, at: now)
            if let party { kind.parties[party] = account }
            return false
        }
        guard kind.account.bucket.take(at: now) else {
            kind.account.merge(notice, at: now)
            return false
        }
        if let party { kind.parties[party] = account }
        return true
    }

    /// The counted notices whose windows have ended.
    package mutating func takeDue(at now: Seconds) -> [Merged] {
        take(at: now) { $0.isOver(at: now) }
    }

    /// All counted notices, at the end.
    package mutating func takeAll(at now: Seconds) -> [Merged] {
        take(at: now) { _ in true }
    }

    private mutating func take(at now: Seconds, where isOver: (Window) -> Bool) -> [Merged] {
        var taken: [Merged] = []
        // In an order that does not depend on the process.
        for name in kinds.keys.sorted() {
            guard var kind = kinds.removeValue(forKey: name) else { continue }
            for (party, var account) in kind.parties.sorted(by: { $0.key < $1.key }) {
                if let window = account.window, isOver(window) {
                    account.window = window.successor(at: now)
                    if let merged = window.taken(at: now) {
                        if kind.account.bucket.take(at: now) {
                            taken.append(merged)
                        } else {
                            kind.account.merge(merged.last, count: merged.count, at: now)
                        }
                    }
                }
                kind.parties[party] = account.isIdle(at: now) ? nil : account
            }
            if let window = kind.account.window, isOver(window) {
                kind.account.window = window.successor(at: now)
                if let merged = window.taken(at: now) { taken.append(merged) }
            }
            if !kind.parties.isEmpty || !kind.account.isIdle(at: now) { kinds[name] = kind }
        }
        return taken
    }
}
