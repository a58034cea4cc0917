// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension String {
    /// The text without what can move a cursor, start a line or turn round what follows: each such
    /// character stands as \u{1b}.
    ///
    /// Text from peers and files passes through this before anything is done with it. What it
    /// gives, it leaves as it is.
    package var printable: String {
        // Nearly all texts are plain ASCII.
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isPrintable {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        // Format characters are invisible; some reverse the order of the letters after them.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
