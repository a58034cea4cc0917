// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// What goes wrong with a file: one line that names the file and what to do.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no file of this path.
    case missing(path: String)
    /// The directory that should hold the file does not exist.
    case missingDirectory(path: String)
    /// The user may not read or write the file.
    case notPermitted(path: String, action: String)
    /// The disk or the user's share of it is full.
    case diskFull(path: String)
    /// The path names a directory or a device where a file is expected.
    case notAFile(path: String)
    /// Any other failure of the operating system.
    case system(path: String, action: String, code: Int32)
    /// The file's content is not what its format demands: truncated, damaged, or of another kind.
    case malformed(file: String, reason: String)
    /// The content is of another format than the one that is read.
    case foreign(file: String, found: FileFormat, expected: FileFormat)
    /// The file is sound, but what it holds is not read.
    case unsupported(file: String, reason: String)

    /// Translates `errno` after a failed call; `action` is a verb: "read", "write".
    package init(code: Int32, path: String, action: String) {
        switch code {
        case ENOENT where action == "read", ENOTDIR where action == "read":
            self = .missing(path: path)
        case ENOENT, ENOTDIR: self = .missingDirectory(path: path)
        case EACCES, EPERM, EROFS: self = .notPermitted(path: path, action: action)
        case ENOSPC, EDQUOT, EFBIG: self = .diskFull(path: path)
        case EISDIR: self = .notAFile(path: path)
        default: self = .system(path: path, action: action, code: code)
        }
    }

    /// The error itself or, where a file is malformed since it is another known format's, that.
    func naming(formatOf source: ByteSource, expected: FileFormat) -> FileError {
        guard case .malformed = self, let found = FileFormat(of: source), found != expected else {
            return self
        }
        return .foreign(file: source.name, found: found, expected: expected)
    }

    /// One line: the file, what is wrong, what to do.
    public var description: String {
        switch self {
        case .missing(let path) where path.contains("\u{FFFD}"):
            "cannot read \(path): its name is not UTF-8; rename it"
        case .missing(let path):
            "cannot read \(path): there is no such file; check the path"
        case .missingDirectory(let path):
            "cannot write \(path): its directory does not exist; create it first"
        case .notPermitted(let path, let action):
            "cannot \(action) \(path): permission denied; change its mode or choose another place"
        case .diskFull(let path):
            "cannot write \(path): the disk is full; free some space and run again"
        case .notAFile(let path):
            "\(path) is not a regular file; give the path of a file"
        case .system(let path, let action, let code):
            "cannot \(action) \(path): \(String(cString: strerror(code))); check it or choose another"
        case .malformed(let file, let reason):
            "\(file) is damaged or of another kind: \(reason); make or copy it again"
        case .foreign(let file, let found, let expected):
            "\(file) is \(found), not \(expected): \(found.remedy(path: file, expected: expected))"
        case .unsupported(let file, let reason):
            "\(file) cannot be used: \(reason); save it in another form"
        }
    }
}
