// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RolloutServer

extension ServerEvent {
    /// How important it is to whoever looks after the run.
    var level: CommandLog.Level {
        switch self {
        case .copied: .debug
        case .joined, .left, .returned, .released, .clientList(_, isFault: false): .info
        case .lost, .coreLost, .refused, .waiting, .failed, .malformed, .unauthenticated,
            .clientList(_, isFault: true):
            .warning
        case .setAside, .disagreed, .undecided, .quarantined, .stopped: .error
        case .repeated(let last, _, _): last.level
        }
    }
}
