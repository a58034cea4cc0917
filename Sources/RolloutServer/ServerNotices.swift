// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions

/// What the server tells people, with floods of one kind counted.
struct ServerNotices {
    /// Seconds between two looks for counts whose time has come.
    private static let lookSeconds = 1.0

    private var limiter = NoticeLimiter<ServerEvent>()
    private var nextLook = 0.0

    /// Whether an event is told now; else it will be part of a counted one.
    mutating func admits(_ event: ServerEvent, at now: Double) -> Bool {
        switch event {
        // What is stored of them is more than a line; and there are no more than hosts and times.
        case .quarantined, .released, .stopped: return true
        // It is nothing to read, and there are no more of them than tasks were given out.
        case .copied: return true
        default: break
        }
        return limiter.admits(
            event, kind: event.kind, party: event.party, rule: event.rule, at: now)
    }

    /// The counted events whose time has come.
    mutating func takeDue(at now: Double) -> [ServerEvent] {
        guard now >= nextLook else { return [] }
        nextLook = now + Self.lookSeconds
        return limiter.takeDue(at: now).map(ServerEvent.init)
    }

    /// All counted events, at the end.
    mutating func takeAll(at now: Double) -> [ServerEvent] {
        limiter.takeAll(at: now).map(ServerEvent.init)
    }
}

extension ServerEvent {
    fileprivate init(_ merged: NoticeLimiter<ServerEvent>.Merged) {
        self =
            merged.count == 1
            ? merged.last
            : .repeated(
                merged.last, count: merged.count, seconds: max(1, Int(merged.seconds.rounded())))
    }

    /// Of which worker there are no more than a few at once; nil where each counts.
    fileprivate var party: String? {
        switch self {
        case .joined(let worker, _, _, _), .coreLost(let worker, _), .left(let worker, _),
            .lost(let worker, _, _),
            .returned(let worker), .refused(let worker, _), .failed(_, let worker, _):
            worker
        default: nil
        }
    }

    /// How many of its kind are told.
    fileprivate var rule: NoticeLimiter<ServerEvent>.Rule {
        switch self {
        case .setAside, .disagreed, .undecided, .clientList:
            // Rare, unless somebody lies in earnest: what the run's results depend on.
            .init(
                ofParty: .init(burst: 20, perSecond: 1 / 60),
                inAll: .init(burst: 1000, perSecond: 1 / 10))
        default:
            .init(
                ofParty: .init(burst: 5, perSecond: 1 / 60),
                inAll: .init(burst: 100, perSecond: 1 / 60))
        }
    }
}
