// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file in the same directory; `commit()` syncs it, renames it over the
/// target and syncs the directory, so that a crash leaves the old content or the new one. A
/// writer that is dropped without `commit()` leaves nothing behind; what a killed process leaves is
/// removed by `removeLeftovers(in:)`.
///
/// It is for the user as if the target itself were written to: links are followed, a file that is
/// replaced passes on its mode and owners, and one that may not be written to is refused. Devices,
/// FIFOs and descriptors such as /dev/stdout get all bytes when `commit()` is called.
public final class AtomicFile {
    /// The file that `commit()` makes or replaces.
    public let url: URL
    /// How many bytes have been appended.
    public private(set) var byteCount = 0

    /// As it was given.
    private let path: String
    /// Where the links end.
    private let target: String
    /// nil: the descriptor is of a stream, and the bytes wait for `commit()`.
    private let temporaryPath: String?
    private var waiting: [UInt8] = []
    private var descriptor: Int32
    private let capacity: Int
    /// What ended the writing: whoever goes on meets it again.
    private var failure: FileError?
    private static let suffix = ".partial"

    /// Opens a temporary file beside the file to make or replace.
    ///
    /// - Throws: `FileError` if the directory is missing or not writable, or the disk is full.
    public convenience init(replacing url: URL) throws {
        try self.init(replacing: url, capacity: .max)
    }

    /// Opens a temporary file on a disk that counts as full at so many bytes, as tests need it.
    package init(replacing url: URL, capacity: Int) throws {
        self.url = url
        self.capacity = capacity
        path = url.path
        guard !url.lastPathComponent.isEmpty else { throw FileError.notAFile(path: path) }
        let output = try OutputTarget(path)
        target = output.path
        var old: stat?
        switch output.kind {
        case .stream(let opened):
            descriptor = opened
            temporaryPath = nil
            return
        case .file(let status): old = status
        case .new: break
        }
        let directory = OutputTarget.directory(of: target)
        let name = target.split(separator: "/").last ?? ""
        while true {
            let random = String(UInt64.random(in: 0 ... .max), radix: 36)
            let candidate = "\(directory)/.\(name.prefix(80)).\(random)\(Self.suffix)"
            UnfinishedFiles.add(candidate)
            // Of a file that few may read there is no moment at which others can read a part.
            let mode: mode_t = old == nil ? 0o666 : 0o600
            let opened = open(candidate, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if opened < 0 {
                let code = errno
                UnfinishedFiles.remove(candidate)
                if code == EEXIST || code == EINTR { continue }
                throw FileError(code: code, path: path, action: "write")
            }
            // The lock tells a living writer's file from a leftover. Should a sweep have taken the
            // file between the two calls, it has no name any more and another is made.
            var status = stat()
            if flock(opened, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK,
                fstat(opened, &status) == 0, status.st_nlink > 0
            {
                if let old { OutputTarget.pass(old, to: opened) }
                descriptor = opened
                temporaryPath = candidate
                return
            }
            close(opened)
            UnfinishedFiles.remove(candidate)
        }
    }

    deinit { discard() }

    /// Appends bytes.
    ///
    /// - Throws: `FileError` if the disk is full or fails; the temporary file is then gone.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        try write(bytes, at: byteCount)
        byteCount += bytes.count
    }

    /// Appends bytes.
    ///
    /// - Throws: `FileError` if the disk is full or fails; the temporary file is then gone.
    public func append(_ bytes: some ContiguousBytes) throws {
        try bytes.withUnsafeBytes { try append($0) }
    }

    /// Replaces bytes from an offset on, all of which were appended before.
    ///
    /// - Throws: `FileError` if the disk fails; the temporary file is then gone.
    public func overwrite(_ bytes: some ContiguousBytes, at offset: Int) throws {
        try bytes.withUnsafeBytes {
            precondition(
                offset >= 0 && offset + $0.count <= byteCount,
                "overwriting \($0.count) bytes at \(offset) of \(byteCount)")
            try write($0, at: offset)
        }
    }

    /// Makes the file durable and gives it its name.
    ///
    /// - Throws: `FileError` if a sync or the rename fails; the target is then as it was. What a
    ///   stream has taken before it failed cannot be taken back.
    public func commit() throws {
        try requireOpen()
        if let temporaryPath {
            if fsync(descriptor) != 0 { throw fail(errno) }
            if rename(temporaryPath, target) != 0 { throw fail(errno) }
            UnfinishedFiles.remove(temporaryPath)
        } else {
            try waiting.withUnsafeBytes { bytes in
                try writeAll(bytes) { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            }
        }
        close(descriptor)
        descriptor = -1
        if temporaryPath != nil { try Self.syncDirectory(OutputTarget.directory(of: target)) }
    }

    /// Writes a whole file atomically.
    ///
    /// - Throws: `FileError` if it cannot be written; the target is then as it was.
    public static func write(_ bytes: some ContiguousBytes, to url: URL) throws {
        let file = try AtomicFile(replacing: url)
        try file.append(bytes)
        try file.commit()
    }

    /// Removes temporary files that killed processes left in a directory, and counts them.
    ///
    /// Files that a living process is writing are kept: their writers hold a lock on them.
    /// Subdirectories are not searched.
    @discardableResult
    public static func removeLeftovers(in directory: URL) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        var removed = 0
        for name in names where name.hasPrefix(".") && name.hasSuffix(suffix) {
            let path = directory.path + "/" + name
            let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, unlink(path) == 0 { removed += 1 }
            close(descriptor)
        }
        return removed
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at start: Int) throws {
        try requireOpen()
        if bytes.count > capacity - start { throw fail(ENOSPC) }
        if temporaryPath == nil {
            let end = min(start + bytes.count, waiting.count)
            waiting.replaceSubrange(start..<end, with: bytes)
            return
        }
        var done = start
        try writeAll(bytes) {
            let count = pwrite(descriptor, $0.baseAddress, $0.count, off_t(done))
            done += max(0, count)
            return count
        }
    }

    /// Has `some` write bytes until none is left; it tells how many, or -1 and `errno`.
    private func writeAll(
        _ bytes: UnsafeRawBufferPointer, _ some: (UnsafeRawBufferPointer) -> Int
    ) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = some(rest)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                // Another program that has the same terminal or pipe may have made it so.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                throw fail(errno)
            }
        }
    }

    private func requireOpen() throws {
        if let failure { throw failure }
        precondition(descriptor >= 0, "\(path) was already committed")
    }

    private func fail(_ code: Int32) -> FileError {
        discard()
        let error = FileError(code: code, path: path, action: "write")
        failure = error
        return error
    }

    private func discard() {
        guard descriptor >= 0 else { return }
        if let temporaryPath {
            unlink(temporaryPath)
            UnfinishedFiles.remove(temporaryPath)
        }
        close(descriptor)
        descriptor = -1
    }

    private static func syncDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(code: errno, path: path, action: "write") }
        defer { close(descriptor) }
        // Some file systems have no sync of directories and say so with EINVAL.
        if fsync(descriptor) != 0, errno != EINVAL {
            throw FileError(code: errno, path: path, action: "write")
        }
    }
}
