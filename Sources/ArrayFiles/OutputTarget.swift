// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// What a path to write to leads to, its links followed.
struct OutputTarget {
    enum Kind {
        /// Nothing is there yet.
        case new
        /// A file, which another one is to replace as if it had been written to.
        case file(stat)
        /// A device, a FIFO or a descriptor of this process such as /dev/stdout, open for writing:
        /// it has no name to be given to another file.
        case stream(Int32)
    }

    /// Where the links end.
    let path: String
    let kind: Kind

    private static let longestChain = 40

    /// Follows a path; a FIFO is waited for until somebody reads it.
    ///
    /// - Throws: `FileError` for what cannot be written to.
    init(_ given: String) throws {
        var path = given
        var links = 0
        while true {
            if let descriptor = try Self.ownDescriptor(path) {
                self.path = path
                kind = .stream(descriptor)
                return
            }
            guard let next = try Self.destination(of: path) else { break }
            links += 1
            guard links <= Self.longestChain else {
                throw FileError(code: ELOOP, path: given, action: "write")
            }
            path = next
        }
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0 else {
            kind = .new
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            // A new file in its place would not ask for this permission.
            guard access(path, W_OK) == 0 else {
                throw FileError(code: errno, path: given, action: "write")
            }
            kind = .file(status)
        case S_IFCHR, S_IFIFO:
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else {
                throw FileError(code: errno, path: given, action: "write")
            }
            kind = .stream(descriptor)
        default:
            // A disk as a whole is nobody's wish.
            throw FileError.notAFile(path: given)
        }
    }

    /// Where a link leads; nil: the path is no link.
    private static func destination(of path: String) throws -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.map { readlink(path, $0, buffer.count) } ?? -1
            }
        }
        bytes.removeLast(bytes.count - max(0, length))
        guard !bytes.isEmpty else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(code: EILSEQ, path: path, action: "write")
        }
        return text.hasPrefix("/") ? text : directory(of: path) + "/" + text
    }

    /// Another handle of the descriptor that a path like /dev/stdout or /proc/self/fd/3 names; by
    /// its name a file that it leads to would be written from its beginning on.
    private static func ownDescriptor(_ path: String) throws -> Int32? {
        guard let name = path.split(separator: "/").last, let number = Int32(name),
            let place = realpath(directory(of: path), nil)
        else { return nil }
        defer { free(place) }
        guard String(cString: place) == "/proc/\(getpid())/fd" else { return nil }
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
            throw FileError(code: flags < 0 ? EBADF : EACCES, path: path, action: "write")
        }
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw FileError(code: errno, path: path, action: "write") }
        return copy
    }

    /// The directory in which a path's last name is.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Gives a file the mode and, where that is allowed, the owners of the one that it replaces.
    static func pass(_ old: stat, to descriptor: Int32) {
        var mode = old.st_mode & 0o777
        var own = stat()
        fstat(descriptor, &own)
        if own.st_uid != old.st_uid || own.st_gid != old.st_gid,
            fchown(descriptor, old.st_uid, old.st_gid) != 0,
            fchown(descriptor, uid_t.max, old.st_gid) != 0
        {
            // What that group was granted is not the business of another one.
            mode = mode & ~0o070 | mode & (mode & 0o007) << 3
        }
        fchmod(descriptor, mode)
    }
}
