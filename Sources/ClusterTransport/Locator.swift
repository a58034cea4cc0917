// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A way to a place: by which of a name's kinds of addresses.
struct Way: Sendable, Equatable {
    var place: CoordinatorPlace
    var isIPv6: Bool
}

/// Finds out which ways there are to a coordinator, in a thread of its own: name services, and files
/// that many hosts share, may take long to answer.
final class Locator: Sendable {
    /// What a look found.
    enum Finding: Sendable, Equatable {
        /// The ways in the order in which they are tried; at least one.
        case ways([Way])
        /// Nothing to connect to, and why.
        case nothing(String)
    }

    private struct State {
        var isLooking = false
        var finding: Finding?
    }

    private let source: @Sendable () -> Whereabouts
    private let state = Mutex(State())
    private let waker: any TransportWaker
    private let resolve: @Sendable (String) -> [String]

    /// Looks when it is told to.
    ///
    /// - Parameters:
    ///   - waker: Called when a look is over.
    ///   - resolve: Gives a name's addresses, IPv6 in brackets.
    ///   - source: Says where to look.
    init(
        waker: any TransportWaker,
        resolve: @escaping @Sendable (String) -> [String] = {
            (try? Endpoint.addresses(of: $0)) ?? []
        },
        _ source: @escaping @Sendable () -> Whereabouts
    ) {
        self.waker = waker
        self.resolve = resolve
        self.source = source
    }

    /// Begins a look, unless one is going on.
    func look() {
        let isLooking = state.withLock { state in
            defer { state.isLooking = true }
            return state.isLooking
        }
        guard !isLooking else { return }
        Thread { [self] in
            let finding = find()
            state.withLock { $0 = State(isLooking: false, finding: finding) }
            waker.wake()
        }.start()
    }

    /// What the last look found; nil if there was none since the last call.
    func take() -> Finding? {
        state.withLock { state in
            defer { state.finding = nil }
            return state.finding
        }
    }

    private func find() -> Finding {
        switch source() {
        case .unknown(let reason): return .nothing(reason)
        case .places(let places):
            let ways = places.flatMap { place in
                families(of: place.endpoint).map { Way(place: place, isIPv6: $0) }
            }
            return ways.isEmpty ? .nothing("no address is given") : .ways(ways)
        }
    }

    /// Whether IPv6 leads to a host: it alone, not at all, or one as well as the other.
    private func families(of endpoint: Endpoint) -> [Bool] {
        guard !endpoint.isAddress else { return [endpoint.isIPv6] }
        let addresses = resolve(endpoint.host)
        let hasIPv6 = addresses.contains { $0.hasPrefix("[") }
        // A name without addresses may get some: whoever connects looks it up again.
        let hasIPv4 = !hasIPv6 || addresses.contains { !$0.hasPrefix("[") }
        return (hasIPv4 ? [false] : []) + (hasIPv6 ? [true] : [])
    }
}
