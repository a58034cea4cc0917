// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The size of an observation.
public enum ObservationSize: Int, Sendable, Hashable, Codable, CaseIterable {
    /// 64x64, what V and M see.
    case px64 = 64
    /// 96x96, Gymnasium's.
    case px96 = 96

    /// Rows and columns.
    public var side: Int { rawValue }
    /// Bytes of one observation.
    public var byteCount: Int { 3 * side * side }

    /// What agrees best with Gymnasium's picture at the better speed.
    var usualAntialiasing: Antialiasing { self == .px96 ? .samples4 : .off }
}
