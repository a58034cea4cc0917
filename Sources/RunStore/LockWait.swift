// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import Synchronization

/// Who keeps a database locked, as far as the kernel tells.
enum LockHolder {
    /// Such as "process 12, sqlite3"; "unknown" where the holder is on another host.
    static func description(of path: String) -> String {
        // A file that is opened to ask for its locks must not be: closing it would end this
        // process's own.
        let inodes = [path, path + "-shm"].compactMap { file -> String? in
            var status = stat()
            return stat(file, &status) == 0 ? ":\(status.st_ino)" : nil
        }
        // The kernel's list leaves out what moves while it is read.
        for _ in 0..<3 {
            if let holder = holder(of: inodes) { return holder }
        }
        return "unknown"
    }

    private static func holder(of inodes: [String]) -> String? {
        let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
        // 1: POSIX  ADVISORY  WRITE 1234 fd:01:5678 120 120
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[3] == "WRITE", let process = Int(words[4]), process > 0,
                inodes.contains(where: words[5].hasSuffix)
            else { continue }
            let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
            return "process \(process), \((name ?? "gone").trimmingCharacters(in: .newlines))"
                .printable
        }
        return nil
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
