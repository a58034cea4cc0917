// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import Foundation

/// Why a key file is of no use.
package enum KeyFileError: Error, Equatable, CustomStringConvertible {
    /// It cannot be read.
    case unreadable(String)
    /// It holds no key.
    case malformed(String, String)
    /// Others than its owner may read it.
    case loosePermissions(String, String)
    /// It exists already.
    case exists(String)
    /// It cannot be written.
    case unwritable(String, String)

    package var description: String {
        switch self {
        case .unreadable(let path): "\(path): cannot be read; make one with worldmodels keys create"
        case .malformed(let path, let problem): "\(path): \(problem)"
        case .loosePermissions(let path, let mode):
            "\(path): its permissions are \(mode), so others may read the secret key; "
                + "chmod 600 it, or make a new one"
        case .exists(let path): "\(path): exists already; a key is never overwritten"
        case .unwritable(let path, let problem): "\(path): cannot be written: \(problem)"
        }
    }
}

/// CURVE keys in files: NAME.key holds the pair, NAME.public what others need.
package enum KeyFile {
    private static let keyLength = 40

    /// Makes a pair and writes both files, the secret one readable by its owner alone.
    ///
    /// - Parameter url: NAME.key; NAME.public is written beside it.
    /// - Returns: The public key.
    /// - Throws: `KeyFileError`; an existing file is left as it is.
    package static func create(at url: URL) throws -> String {
        var publicText = [CChar](repeating: 0, count: keyLength + 1)
        var secretText = publicText
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

    /// Reads a pair.
    ///
    /// - Parameter url: A file made by `create`.
    /// - Returns: Both keys.
    /// - Throws: `KeyFileError`, also when others than the owner may read the file.
    package static func readPair(at url: URL) throws -> CurveKeys {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue else {
            throw KeyFileError.unreadable(url.path)
        }
        guard mode & 0o077 == 0 else {
            throw KeyFileError.loosePermissions(url.path, String(mode, radix: 8))
        }
        let entries = try entries(of: url)
        guard let publicKey = entries["public"], let secretKey = entries["secret"] else {
            throw KeyFileError.malformed(url.path, "has no pair of keys")
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
            throw KeyFileError.malformed(url.path, "has no public key")
        }
        return key
    }

    private static func entries(of url: URL) throws -> [String: String] {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw KeyFileError.unreadable(url.path)
        }
        var entries: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, isKey(String(words[1])) else {
                throw KeyFileError.malformed(url.path, "has a line that is no key")
            }
            entries[String(words[0])] = String(words[1])
        }
        return entries
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
