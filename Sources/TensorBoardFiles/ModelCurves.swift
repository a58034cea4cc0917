// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore

/// The losses of one model's training, and its pictures, in a folder of their own: their steps are
/// epochs.
final class ModelCurves {
    private let folder: URL
    private let pictures: (_ epoch: Int) -> [(name: String, file: Data)]
    private var file: EventFile?
    /// The numbers that are there, by epoch and tag.
    private var written: [Int: [String: Float]] = [:]

    /// Begins or continues a folder.
    ///
    /// - Throws: `EventFile.Failure`.
    init(
        in folder: URL, pictures: @escaping (_ epoch: Int) -> [(name: String, file: Data)]
    ) throws {
        self.folder = folder
        self.pictures = pictures
        for event in try EventFile.events(in: folder) {
            let step = Int(event.step)
            if event.sessionLog.status == .start { written = written.filter { $0.key < step } }
            guard !event.summary.value.isEmpty else { continue }
            written[step] = Self.numbers(of: event)
        }
    }

    private static func numbers(of event: BoardEvent) -> [String: Float] {
        var numbers: [String: Float] = [:]
        for value in event.summary.value {
            if case .simpleValue(let number) = value.value { numbers[value.tag] = number }
        }
        return numbers
    }

    /// Writes what is not there yet; where a training began anew, from its first epoch on.
    ///
    /// - Throws: `EventFile.Failure`.
    func update(_ losses: [LossRecord], now: Date) throws {
        let epochs = Dictionary(grouping: losses, by: \.epoch)
        let wanted = epochs.mapValues {
            Self.numbers(of: BoardEvent(epoch: 0, $0, pictures: [], now))
        }
        let differing = wanted.keys.filter { wanted[$0] != written[$0] }
        let stale = written.keys.filter { wanted[$0] == nil }
        guard let first = (differing + stale).min() else { return }
        let isNew = file == nil
        let file = try file ?? EventFile(in: folder, time: now)
        self.file = file
        if isNew || written.keys.contains(where: { $0 >= first }) {
            try file.append([BoardEvent(startAt: first, now)])
        }
        for epoch in epochs.keys.sorted() where epoch >= first {
            try file.append(
                [BoardEvent(epoch: epoch, epochs[epoch] ?? [], pictures: pictures(epoch), now)])
        }
        written = wanted
    }
}
