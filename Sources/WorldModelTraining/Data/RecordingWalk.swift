// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation

/// Finds the .npz files below a directory, at any depth, and follows symbolic links.
///
/// A directory is entered once: by its own path if it has one below the root, else by the first of
/// the links to it. So loops end, and no file counts twice because of a linked folder.
struct RecordingWalk {
    /// The files' paths below the directory, in order.
    private(set) var paths: [String] = []
    /// Directories and links that lead nowhere, with what is wrong with them.
    private(set) var unreadable: [RolloutDataset.Skipped] = []

    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64
    }

    private let root: String
    private var entered: Set<Identity> = []
    private var links: [String] = []

    /// Walks; nothing is found where the directory is none.
    init(_ directory: URL) {
        root = directory.path(percentEncoded: false)
        enter("")
        var next = 0
        while next < links.count {
            enter(links[next])
            next += 1
        }
        paths.sort()
    }

    /// Lists a directory and those in it; links to directories wait until all others are entered.
    private mutating func enter(_ directory: String) {
        guard let own = Self.status(absolute(directory)),
            entered.insert(Self.identity(own)).inserted
        else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: absolute(directory))
        } catch {
            skip(directory, errno)
            return
        }
        for name in names.sorted() {
            let path = directory.isEmpty ? name : "\(directory)/\(name)"
            guard let status = Self.status(absolute(path)) else {
                if !path.hasSuffix(".npz") { skip(path, errno) } else { paths.append(path) }
                continue
            }
            if status.st_mode & S_IFMT != S_IFDIR {
                if path.hasSuffix(".npz") { paths.append(path) }
            } else if isLink(path) {
                links.append(path)
            } else {
                enter(path)
            }
        }
    }

    private mutating func skip(_ path: String, _ code: Int32) {
        unreadable.append(
            RolloutDataset.Skipped(
                path: path,
                reason: FileError(code: code, path: absolute(path), action: "read").description))
    }

    private func absolute(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

    private func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(absolute(path), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// What a path names, links followed.
    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func identity(_ status: stat) -> Identity {
        Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}
