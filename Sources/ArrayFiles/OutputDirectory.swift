// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// A directory that files are written to.
public enum OutputDirectory {
    /// Makes the directory and those above it, and removes what killed processes left in it.
    ///
    /// - Throws: `FileError` naming the directory that could not be made.
    public static func prepare(_ url: URL) throws(FileError) {
        try make(url.standardizedFileURL)
        AtomicFile.removeLeftovers(in: url)
    }

    private static func make(_ url: URL) throws(FileError) {
        let path = url.path(percentEncoded: false)
        if mkdir(path, 0o777) == 0 { return }
        var code = errno
        let parent = url.deletingLastPathComponent()
        if code == ENOENT, parent.path != url.path {
            try make(parent)
            if mkdir(path, 0o777) == 0 { return }
            code = errno
        }
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        if exists && isDirectory.boolValue { return }
        if exists { throw .system(path: path, action: "make the directory", code: EEXIST) }
        throw FileError(code: code, path: path, action: "make the directory")
    }
}
