// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import TestSupport

/// A key pair in files of its own.
struct KeyPair {
    let keys: CurveKeys

    init(in folder: TemporaryDirectory, _ name: String) throws {
        let url = folder.file("\(name).key")
        _ = try KeyFile.create(at: url)
        keys = try KeyFile.readPair(at: url)
    }
}
