// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import Foundation

/// Why a key file, or a list of keys, is of no use.
package enum KeyFileError: Error, Equatable, CustomStringConvertible {
    /// It cannot be read.
    case unreadable(String)
    /// A line of it is wrong.
    case malformed(String, line: Int, String)
    /// It lacks something, or is no text.
    case incomplete(String, String)
    /// Others than its owner may read it.
    case loosePermissions(String, String)
    /// It exists already.
    case exists(String)
    /// It cannot be written.
    case unwritable(String, String)

    package var description: String {
        switch self {
        case .unreadable(let path): "\(path): cannot be read"
        case .malformed(let path, let line, let problem): "\(path):\(line): \(problem)"
        case .incomplete(let path, let problem): "\(path): \(problem)"
        case .loosePermissions(let path, let mode):
            "\(path): its permissions are \(mode), so others may read the secret key"
        case .exists(let path): "\(path): exists already; a key is never overwritten"
        case .unwritable(let path, let problem): "\(path): cannot be written: \(problem)"
        }
    }
}

/// CURVE keys in files: NAME.key holds the pair, NAME.public what others need.
package enum KeyFile {
    private static let keyLength = 40
    /// Bytes of the longest file: 20,000 keys and their comments.
    private static let fileLimit = 4 << 20

    /// Makes a pair and writes both files, the secret one readable by its owner alone.
    ///
    /// - Parameter url: NAME.key; NAME.public is written beside it.
    /// - Returns: The public key.
    /// - Throws: `KeyFileError`; an existing file is left as it is.
    package static func create(at url: URL) throws -> String {
        var publicText = [CChar](repeating: 0, count: keyLength + 1)
        var secretText = publicText
        ProcessLimits.forbidCoreDumps()
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw TransportError.lastError("make keys: this libzmq has no CURVE")
        }
        let publicKey = text(publicText)
        let open = publicURL(of: url)
        for path in [url.path, open.path] where FileManager.default.fileExists(atPath: path) {
            throw KeyFileError.exists(path)
        }
        try write("public \(publicKey)\nsecret \(text(secretText))\n", to: url, mode: 0o600)
        try write("public \(publicKey)\n", to: open, mode: 0o644)
        return publicKey
    }

    /// The file with the public key that belongs to a key file.
    package static func publicURL(of url: URL) -> URL {
        url.deletingPathExtension().appendingPathExtension("public")
    }

    /// Reads a pair; from then on no memory image of this process is written.
    ///
    /// - Parameters:
    ///   - url: A file made by `create`, or a link to one.
    ///   - allowsGroup: Whether the file's group may read it. In a secret that was mounted it may
    ///     anyhow, as Kubernetes and systemd give it to a process that is not root's.
    /// - Returns: Both keys.
    /// - Throws: `KeyFileError`, also when others may read the file.
    package static func readPair(at url: URL, allowsGroup: Bool = false) throws -> CurveKeys {
        var status = stat()
        guard stat(url.path, &status) == 0 else { throw KeyFileError.unreadable(url.path) }
        let mode = status.st_mode & 0o777
        let isGroupAllowed = allowsGroup || MountedSecret.contains(url)
        // The group may read at most; nobody else may do anything.
        guard mode & (isGroupAllowed ? 0o037 : 0o077) == 0 else {
            throw KeyFileError.loosePermissions(url.path, String(mode, radix: 8))
        }
        ProcessLimits.forbidCoreDumps()
        let entries = try entries(of: url)
        guard let publicKey = entries["public"], let secretKey = entries["secret"] else {
            throw KeyFileError.incomplete(url.path, "has no pair of keys, public and secret")
        }
        var derived = [CChar](repeating: 0, count: keyLength + 1)
        guard zmq_curve_public(&derived, secretKey) == 0, text(derived) == publicKey else {
            throw KeyFileError.incomplete(url.path, "has a public key of another secret one")
        }
        return CurveKeys(publicKey: publicKey, secretKey: secretKey)
    }

    /// Reads a public key.
    ///
    /// - Parameter url: NAME.public.
    /// - Returns: The key.
    /// - Throws: `KeyFileError`.
    package static func readPublic(at url: URL) throws -> String {
        guard let key = try entries(of: url)["public"] else {
            throw KeyFileError.incomplete(url.path, "has no public key")
        }
        return key
    }

    private static func entries(of url: URL) throws -> [String: String] {
        var entries: [String: String] = [:]
        for (number, words) in try lines(of: url) {
            guard words.count == 2, ["public", "secret"].contains(words[0]), isKey(words[1]),
                entries.updateValue(words[1], forKey: words[0]) == nil
            else {
                throw KeyFileError.malformed(
                    url.path, line: number, "is not 'public' or 'secret' with a key, each once")
            }
        }
        return entries
    }

    /// The words of a file's lines, but for empty ones and comments, with the lines' numbers.
    ///
    /// - Parameter url: UTF-8 or, where it begins with a byte order mark, UTF-16; any line ends.
    /// - Returns: At least one word a line.
    /// - Throws: `KeyFileError`.
    static func lines(of url: URL) throws -> [(number: Int, words: [String])] {
        guard let file = try? FileHandle(forReadingFrom: url),
            let data = try? file.read(upToCount: fileLimit + 1)
        else { throw KeyFileError.unreadable(url.path) }
        guard data.count <= fileLimit else {
            throw KeyFileError.incomplete(url.path, "is longer than \(fileLimit >> 20) MiB")
        }
        let isWide = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
        guard let text = String(data: data, encoding: isWide ? .utf16 : .utf8) else {
            throw KeyFileError.incomplete(url.path, "is no text")
        }
        let lines = text.drop { $0 == "\u{FEFF}" }
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.enumerated().compactMap { index, line in
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            // "#" is a character of Z85: only one that stands by itself begins a comment.
            return words.isEmpty || words[0] == "#" ? nil : (index + 1, words)
        }
    }

    /// Whether a text is 40 characters of Z85.
    static func isKey(_ text: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 32)
        return text.utf8.count == keyLength && zmq_z85_decode(&bytes, text) != nil
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix(keyLength).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func write(_ text: String, to url: URL, mode: mode_t) throws {
        // Created with its final permissions: there is no moment at which others may read it.
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw KeyFileError.unwritable(url.path, String(cString: strerror(czmq_last_error())))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
        } catch {
            throw KeyFileError.unwritable(url.path, "the disk may be full")
        }
    }
}
