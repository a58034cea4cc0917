// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// The page's link with its token in a file that its owner alone can read, as long as the page is
/// there: a log is read, kept and sent by others, too.
package final class LinkFile: Sendable {
    /// Where it is.
    package let path: String
    private let text: String

    /// Makes the file; one that holds a link already is replaced.
    ///
    /// - Parameters:
    ///   - link: The link.
    ///   - file: Where to.
    /// - Throws: `LinkFileError`: something else is there, or it cannot be written.
    package init(_ link: String, at file: URL) throws(LinkFileError) {
        path = file.path(percentEncoded: false)
        text = link + "\n"
        if let found = FileManager.default.contents(atPath: path) {
            guard Self.isLink(found) else { throw .isOther(path: path) }
            unlink(path)
        }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Never into something that another user has put there meanwhile.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard count == bytes.count else {
            unlink(path)
            throw .unwritable(path: path, reason: "the disk is full")
        }
    }

    deinit { remove() }

    /// Takes it away, unless another program has put its own link there.
    package func remove() {
        if FileManager.default.contents(atPath: path) == Data(text.utf8) { unlink(path) }
    }

    /// Whether a file's content is what this program writes.
    private static func isLink(_ data: Data) -> Bool {
        let text = String(decoding: data, as: UTF8.self)
        return data.count < 4096 && text.hasPrefix("http") && text.contains("/?token=")
    }
}

/// Why there is no file with the link.
package enum LinkFileError: Error, Equatable, CustomStringConvertible {
    case isOther(path: String)
    case unwritable(path: String, reason: String)

    package var description: String {
        switch self {
        case .isOther(let path):
            "\(path): holds something else than a page's link, so it is not overwritten; remove it or"
                + " give another --dashboard-link"
        case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
        }
    }
}
