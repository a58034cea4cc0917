// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What is to happen and when, the earliest first; events of one time in the order they were added.
struct EventQueue<Event> {
    private struct Entry {
        var time: Double
        var order: Int
        var event: Event
    }

    /// Ascending from the end, so that the next one is the last.
    private var entries: [Entry] = []
    private var added = 0

    mutating func add(_ event: Event, at time: Double) {
        added += 1
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            // A later one of the same time stands before, that is, comes after.
            if entries[middle].time < time { high = middle } else { low = middle + 1 }
        }
        // All entries of this time were added earlier: the new one goes before them.
        while low > 0, entries[low - 1].time == time { low -= 1 }
        entries.insert(Entry(time: time, order: added, event: event), at: low)
    }

    mutating func pop() -> (time: Double, event: Event)? {
        entries.popLast().map { ($0.time, $0.event) }
    }
}
