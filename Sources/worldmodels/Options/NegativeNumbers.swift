// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Negative numbers as values of options, wherever an option takes a number.
///
/// ArgumentParser takes what begins with a dash for another option: "--x0 -1" would miss its value.
/// No option here is a digit, so an option before a negative number can only mean it.
enum NegativeNumbers {
    /// The arguments, each negative number joined to the option before it: "--x0=-1".
    static func joined(_ arguments: some Sequence<String>) -> [String] {
        var result: [String] = []
        var isOver = false
        for argument in arguments {
            isOver = isOver || argument == "--"
            if !isOver, isNegative(argument), let option = result.last, option.hasPrefix("--"),
                !option.contains("=")
            {
                result[result.count - 1] = "\(option)=\(argument)"
            } else {
                result.append(argument)
            }
        }
        return result
    }

    /// Whether a text is a negative number or begins as one, such as a list.
    private static func isNegative(_ text: String) -> Bool {
        guard text.hasPrefix("-") else { return false }
        let rest = text.dropFirst()
        return Double(rest) != nil || rest.first.map { $0.isASCII && $0.isNumber } ?? false
    }
}
