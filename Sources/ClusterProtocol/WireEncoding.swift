// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SwiftProtobuf

extension WireFromWorker {
    /// The message as one frame.
    package func encoded() -> [UInt8] { frame(of: self) }
}

extension WireFromCoordinator {
    /// The message as one frame.
    package func encoded() -> [UInt8] { frame(of: self) }
}

private func frame(of message: some Message) -> [UInt8] {
    do {
        return try message.serializedBytes()
    } catch {
        // The contract has no required fields; all that is left is a message beyond 2 GiB.
        preconditionFailure("a message that cannot be encoded: \(error)")
    }
}
