// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Duration {
    /// The span in seconds.
    package var seconds: Double { self / .seconds(1) }
}
