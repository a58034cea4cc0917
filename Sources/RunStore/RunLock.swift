// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The exclusive right to drive a run, held until the value goes away or the process ends.
///
/// It is a lock of the kernel on an open file (flock), so a coordinator killed with -9 leaves none
/// behind; what the file says only names the holder for people.
package final class RunLock: Sendable {
    private let descriptor: Int32

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
        // The line helps people only; a full disk here must not stop a run that could go on.
        _ = ftruncate(descriptor, 0)
        let bytes = Array("\(holder)\n".utf8)
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        close(descriptor)
    }
}
