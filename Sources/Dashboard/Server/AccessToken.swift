// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
package import Foundation

/// What proves that a browser, or a program, was let in: 32 random bytes, kept in a file of its
/// owner's so that a link still holds when the program is started again.
package struct AccessToken: Sendable, Equatable {
    /// 64 hexadecimal digits.
    package let text: String

    /// A new one, from the system's generator.
    package init() {
        var generator = SystemRandomNumberGenerator()
        text = (0..<4).map { _ in
            let word = String(UInt64.random(in: 0...(.max), using: &generator), radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }.joined()
    }

    /// Reads the file, or makes it, for its owner alone to read.
    ///
    /// - Parameter file: Where it is kept.
    /// - Throws: `AccessTokenError`: it cannot be read or written, others can read it, or it holds
    ///   something else.
    package init(in file: URL) throws(AccessTokenError) {
        let path = file.path(percentEncoded: false)
        let made = AccessToken()
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Whoever comes first makes it: two programs may start at once.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            let bytes = Array("\(made.text)\n".utf8)
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
            guard count == bytes.count else {
                unlink(path)
                throw .unwritable(path: path, reason: "the disk is full")
            }
            self = made
            return
        }
        let code = errno
        guard code == EEXIST else {
            throw .unwritable(path: path, reason: String(cString: strerror(code)))
        }
        var status = stat()
        guard stat(path, &status) == 0, let data = try? Data(contentsOf: file) else {
            throw .unreadable(path: path)
        }
        guard status.st_mode & 0o077 == 0 else { throw .readableByOthers(path: path) }
        let found = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard found.utf8.count == 64, found.allSatisfy(\.isHexDigit) else {
            throw .noToken(path: path)
        }
        text = found
    }

    /// What a browser is given to keep: the token itself is in no cookie, so that what other
    /// programs of this host see of cookies opens no other door.
    var session: String {
        SHA256.digest(Data("cookie of the page \(text)".utf8)).hexadecimal
    }

    /// Whether a text is the token; the time it takes tells nothing of how much of it was right.
    func matches(_ other: some StringProtocol) -> Bool { Self.isSame(text, other) }

    /// Whether a text is the cookie's.
    func matchesSession(_ other: some StringProtocol) -> Bool { Self.isSame(session, other) }

    private static func isSame(_ one: String, _ other: some StringProtocol) -> Bool {
        let (left, right) = (Array(one.utf8), Array(other.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Why there is no token.
package enum AccessTokenError: Error, Equatable, CustomStringConvertible {
    case unwritable(path: String, reason: String)
    case unreadable(path: String)
    case readableByOthers(path: String)
    case noToken(path: String)

    package var description: String {
        switch self {
        case .unwritable(let path, let reason): "\(path): cannot be made (\(reason))"
        case .unreadable(let path): "\(path): cannot be read"
        case .readableByOthers(let path):
            "\(path): others can read it, so it proves nothing: chmod 600 it, or remove it and a new"
                + " one is made"
        case .noToken(let path):
            "\(path): holds no token, which is 64 hexadecimal digits: remove it and one is made"
        }
    }
}
