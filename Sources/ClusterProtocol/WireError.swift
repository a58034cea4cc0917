// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Why a message from outside is refused.
package enum WireError: Error, Equatable, CustomStringConvertible {
    /// The bytes are no protobuf message of the expected kind.
    case notAMessage(bytes: Int)
    /// The message is longer than the limit.
    case tooLong(bytes: Int, limit: Int)
    /// The sender speaks another version of the protocol.
    case version(theirs: UInt32, ours: UInt32)
    /// The message has no body, or one this version does not know.
    case noBody
    /// A field's value breaks the contract.
    case field(String, String)

    package var description: String {
        switch self {
        case .notAMessage(let bytes):
            "\(bytes) bytes that are no message of the cluster protocol"
        case .tooLong(let bytes, let limit):
            "a message of \(bytes) bytes, longer than the limit of \(limit)"
        case .version(let theirs, let ours):
            "protocol version \(theirs), where this side speaks \(ours)"
        case .noBody:
            "a message without a body known to protocol version \(ProtocolVersion.current)"
        case .field(let name, let problem):
            "the field \(name) \(problem)"
        }
    }
}
