// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COpenBLAS
import Synchronization

/// The process-wide number of threads of OpenBLAS, held at one while somebody asks for it.
package enum DoubleBLASThreads {
    private struct Holders {
        var count = 0
        var threadsBefore: Int32 = 1
    }

    private static let holders = Mutex(Holders())

    /// Runs a body during which OpenBLAS uses one thread.
    ///
    /// OpenBLAS divides a product among its threads, so its bits may depend on their number; with
    /// one thread they depend on the processor alone. Holders may overlap: the last one to leave
    /// restores the number found by the first.
    package static func one<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        holders.withLock { holders in
            if holders.count == 0 {
                holders.threadsBefore = openblas_get_num_threads()
                if holders.threadsBefore != 1 { openblas_set_num_threads(1) }
            }
            holders.count += 1
        }
        defer {
            holders.withLock { holders in
                holders.count -= 1
                if holders.count == 0 && holders.threadsBefore != 1 {
                    openblas_set_num_threads(holders.threadsBefore)
                }
            }
        }
        return try body()
    }

    /// Sets the number of threads outside of any holder, which tests do.
    package static func set(_ count: Int) {
        precondition(count >= 1, "OpenBLAS needs at least one thread, not \(count)")
        holders.withLock { holders in
            if holders.count == 0 {
                openblas_set_num_threads(Int32(count))
            } else {
                holders.threadsBefore = Int32(count)
            }
        }
    }
}
