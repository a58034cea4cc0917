// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation

/// Whose recordings are kept: those of a host that is found to be wrong are not, unless another one
/// has confirmed them.
struct RecordingTrust {
    /// Files that nobody confirmed, by who recorded them.
    private var unconfirmed: [String: [URL]] = [:]
    private var distrusted: Set<String> = []
    /// Files that are not kept.
    private(set) var refused = 0

    /// Whether a recording is to be written; one may be under way when its recorder is found out.
    mutating func accepts(_ result: EpisodeResult, as file: URL) -> Bool {
        guard !result.isConfirmed else { return true }
        let party = result.driver.party
        guard !distrusted.contains(party) else {
            refused += 1
            return false
        }
        unconfirmed[party, default: []].append(file)
        return true
    }

    /// The files that are to go, since a party is found to be wrong.
    mutating func withdraw(_ party: String) -> [URL] {
        distrusted.insert(party)
        let files = unconfirmed.removeValue(forKey: party) ?? []
        refused += files.count
        return files
    }
}
