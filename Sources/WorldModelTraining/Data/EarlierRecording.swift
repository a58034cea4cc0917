// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A recording that earlier epochs were trained or measured on, as it was then.
struct EarlierRecording: Codable, Hashable {
    var path: String
    var length: Int
    var side: Int
    var byteCount: Int
    var isHeldOut: Bool

    init(_ recording: RolloutDataset.Recording, isHeldOut: Bool) {
        path = recording.path
        length = recording.length
        side = recording.side
        byteCount = recording.byteCount
        self.isHeldOut = isHeldOut
    }
}

extension RolloutDataset {
    /// The recordings as a later start has to find them.
    var earlier: [EarlierRecording] {
        training.map { EarlierRecording($0, isHeldOut: false) }
            + heldOut.map { EarlierRecording($0, isHeldOut: true) }
    }

    /// Why recordings of an earlier start are not among these as they were; nil if all are.
    func change(of earlier: [EarlierRecording]) -> (path: String, reason: String)? {
        let present = Dictionary(
            recordings.map { ($0.path, EarlierRecording($0, isHeldOut: false)) }
        ) { first, _ in first }
        let reasons = Dictionary(skipped.map { ($0.path, $0.reason) }) { first, _ in first }
        for var recording in earlier {
            recording.isHeldOut = false
            guard let now = present[recording.path] else {
                return (recording.path, reasons[recording.path] ?? "it is no longer there")
            }
            if now != recording { return (recording.path, "it is another file now") }
        }
        return nil
    }
}
