// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

/// A file beside the test sources that another program wrote.
func golden(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Golden/" + name, withExtension: nil))
}
