// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A request's path and query, decoded.
struct RequestTarget: Sendable, Hashable {
    /// The path's parts; none of the root.
    var path: [String] = []
    /// The query's values, the first of each name.
    var query: [String: String] = [:]

    /// Reads a target such as /api/v1/runs?after=3; nil for one that means something else to whoever
    /// reads it otherwise: a part that is ".." or has a slash, a control or an unknown byte in it.
    init?(_ text: String) {
        guard text.hasPrefix("/"), text.utf8.count <= 2048 else { return nil }
        let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var parts = halves[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        // A closing slash is as good as none.
        if parts.last == "" { parts.removeLast() }
        for part in parts {
            guard let name = Self.decoded(part), !name.isEmpty, name != ".", name != ".." else {
                return nil
            }
            path.append(name)
        }
        guard halves.count == 2 else { return }
        for pair in halves[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0]) else { return nil }
            guard let value = sides.count == 2 ? Self.decoded(sides[1]) : "" else { return nil }
            if query[name] == nil { query[name] = value }
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        guard let decoded = String(text).removingPercentEncoding,
            decoded.unicodeScalars.allSatisfy({
                $0.value >= 32 && $0.value != 127 && $0 != "/" && $0 != "\\"
            })
        else { return nil }
        return decoded
    }
}
