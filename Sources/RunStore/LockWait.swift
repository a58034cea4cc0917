// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import Synchronization

/// Who keeps a database locked, as far as the kernel tells.
enum LockHolder {
    /// Such as "process 12, sqlite3"; "unknown" where the holder is on another host, or where this
    /// process has not opened the database.
    ///
    /// Asked through the descriptors that SQLite has open: one that is opened to ask would have to be
    /// closed, which ends all locks of this process on the file. /proc/locks is no answer where many
    /// come and go: it is read by the page, and leaves out what moves meanwhile.
    static func description(of path: String) -> String {
        for file in [path + "-shm", path] {
            guard let descriptor = descriptor(of: file), let process = writer(of: descriptor) else {
                continue
            }
            let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
            return "process \(process), \((name ?? "gone").trimmingCharacters(in: .newlines))"
                .printable
        }
        return "unknown"
    }

    /// A descriptor of this process that has a file open.
    private static func descriptor(of file: String) -> Int32? {
        var wanted = stat()
        guard stat(file, &wanted) == 0 else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.lazy.compactMap { Int32($0) }.first { descriptor in
            var open = stat()
            return fstat(descriptor, &open) == 0 && open.st_dev == wanted.st_dev
                && open.st_ino == wanted.st_ino
        }
    }

    /// F_OFD_GETLK of <fcntl.h>, which the module map leaves out; the same on every processor.
    private static let getDescriptionLock: Int32 = 36

    /// The process that has some part of a file locked for writing.
    private static func writer(of descriptor: Int32) -> pid_t? {
        // Locks of a description, as F_OFD_GETLK asks for them, are in the way of this process's own
        // ones too; reading is in the way of writers alone.
        var lock = flock()
        lock.l_type = Int16(F_RDLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, Self.getDescriptionLock, &lock) == 0, lock.l_type == Int16(F_WRLCK),
            lock.l_pid > 0
        else { return nil }
        return lock.l_pid
    }
}

/// The patience of a writer whose database another process has locked: it is endless, but told.
final class LockWait: Sendable {
    private let path: String
    private let patience: Duration
    private let tell: @Sendable (RunStoreError) -> Void
    private let next = Mutex(ContinuousClock.now)

    /// Tells of a lock after some patience, and every minute from then on.
    init(
        path: String, patience: Duration = .seconds(2),
        tell: @escaping @Sendable (RunStoreError) -> Void
    ) {
        self.path = path
        self.patience = patience
        self.tell = tell
    }

    /// Waits a moment, after so many moments before.
    func wait(tries: Int) {
        usleep(20_000)
        let isTold = next.withLock { next in
            if tries == 0 { next = .now + patience }
            guard .now >= next else { return false }
            next = .now + .seconds(60)
            return true
        }
        if isTold { tell(.busy(path: path, holder: LockHolder.description(of: path))) }
    }
}
