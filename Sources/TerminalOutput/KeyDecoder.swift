// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a person types at a terminal.
package enum TerminalKey: Sendable, Hashable {
    case up
    case down
    case left
    case right
    /// A byte that is no part of a longer sequence, such as a letter.
    case byte(UInt8)
}

/// Takes the bytes of a terminal apart, of which keys such as the arrows send several; they may come
/// in any pieces.
package struct KeyDecoder: Sendable {
    private enum State {
        case ground
        /// After ESC.
        case escape
        /// Within a control sequence, until its last byte; arrows of programs begin with ESC O.
        case sequence
    }

    private var state = State.ground
    private static let escape: UInt8 = 0x1b

    /// Nothing has been typed.
    package init() {}

    /// The keys that are complete with these bytes; what is known as no key is none.
    package mutating func keys(_ bytes: some Sequence<UInt8>) -> [TerminalKey] {
        bytes.compactMap { key($0) }
    }

    private mutating func key(_ byte: UInt8) -> TerminalKey? {
        if byte == Self.escape {
            state = .escape
            return nil
        }
        switch state {
        case .ground: return .byte(byte)
        case .escape:
            guard byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") else {
                state = .ground
                return nil
            }
            state = .sequence
            return nil
        case .sequence:
            // Parameters come first, such as those of keys that are held with others.
            guard (0x40...0x7e).contains(byte) else { return nil }
            state = .ground
            return switch byte {
            case UInt8(ascii: "A"): .up
            case UInt8(ascii: "B"): .down
            case UInt8(ascii: "C"): .right
            case UInt8(ascii: "D"): .left
            default: nil
            }
        }
    }
}
