// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The exclusive right to drive a run, held until the value goes away or the process ends.
///
/// It is a lock of the kernel on an open file (flock), so a coordinator killed with -9 leaves none
/// behind; what the file says only names the holder for people. Beside it the holder has a lock of the
/// open file's bytes, about which others can ask without taking it.
package final class RunLock: Sendable {
    private let descriptor: Int32
    /// F_OFD_SETLK and F_OFD_GETLK of Linux, which Swift's headers leave out.
    private static let (setBytes, askBytes): (Int32, Int32) = (37, 36)

    /// This process as a line for people, such as "process 12 on mars".
    package static var thisProcess: String {
        let process = ProcessInfo.processInfo
        return "process \(process.processIdentifier) on \(process.hostName)"
    }

    /// Takes the lock, or throws `RunStoreError.locked` with the line of the process that has it.
    package init(_ directory: RunDirectory, holder: String) throws {
        let path = directory.lock.path(percentEncoded: false)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw RunStoreError.unwritable(path: path, reason: reason)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else {
                let reason = String(cString: strerror(code))
                throw RunStoreError.unwritable(path: path, reason: reason)
            }
            let line = (try? String(contentsOf: directory.lock, encoding: .utf8)) ?? ""
            let known = line.trimmingCharacters(in: .whitespacesAndNewlines)
            throw RunStoreError.locked(
                path: directory.path, holder: known.isEmpty ? "unknown" : known)
        }
        self.descriptor = descriptor
        // Whoever has the first one gets this one, too, where the file system knows it.
        var bytes = Self.wholeFile(F_WRLCK)
        _ = fcntl(descriptor, Self.setBytes, &bytes)
        // The line helps people only; a full disk here must not stop a run that could go on.
        _ = ftruncate(descriptor, 0)
        let line = Array("\(holder)\n".utf8)
        _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // By closing alone it would be held on by a child that this process has started and that has yet
        // to become another program.
        var bytes = Self.wholeFile(F_UNLCK)
        _ = fcntl(descriptor, Self.setBytes, &bytes)
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether somebody drives a run, as far as this host can tell; a coordinator of before 0.3.0 is
    /// not seen.
    package static func isHeld(_ directory: RunDirectory) -> Bool {
        let path = directory.lock.path(percentEncoded: false)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = wholeFile(F_RDLCK)
        return fcntl(descriptor, Self.askBytes, &bytes) == 0 && bytes.l_type != Int16(F_UNLCK)
    }

    private static func wholeFile(_ type: Int32) -> flock {
        flock(
            l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
