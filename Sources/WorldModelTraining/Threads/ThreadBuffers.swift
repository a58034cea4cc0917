// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Synchronization

/// The buffers that OpenBLAS maps for threads that multiply at once: where a limit of memory leaves no
/// room for them it asks for them without end.
enum ThreadBuffers {
    /// For how many threads there was room; what OpenBLAS has mapped it keeps.
    private static let granted = Mutex(0)

    /// Refuses a training that would wait for its buffers for ever.
    ///
    /// - Throws: `TrainingError.noMemoryForThreads`.
    static func require(_ threads: Int) throws {
        try granted.withLock { granted in
            let missing = threads - granted
            guard missing > 0 else { return }
            guard MachineMemory.holdsBuffers(ofThreads: missing) else {
                throw TrainingError.noMemoryForThreads(
                    threads, mebibytes: missing * MachineMemory.bufferOfThread >> 20)
            }
            granted = threads
        }
    }
}
