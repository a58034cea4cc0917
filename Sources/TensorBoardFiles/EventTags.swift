// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Pictures
import RunReports
import RunStore
import SwiftProtobuf

/// The names under which TensorBoard lists what is written.
enum EventTags {
    /// Where a generation has this, it has all.
    static let generation = "generation/steps"
    /// Where an evaluation has this, it has all.
    static let evaluation = "evaluation/episodes"

    /// The tag of a column of the generations' table: evaluation_mean is evaluation/mean.
    static func scalar(_ column: String) -> String {
        let evaluation = "evaluation_"
        return column.hasPrefix(evaluation)
            ? "evaluation/\(column.dropFirst(evaluation.count))" : "generation/\(column)"
    }
}

extension BoardEvent {
    /// An event of values at a step.
    init(_ step: Int, _ time: Date, _ values: [BoardSummary.Value]) {
        self.init()
        wallTime = time.timeIntervalSince1970
        self.step = Int64(step)
        summary.value = values
    }

    /// What was written before of this step and of later ones does not count.
    init(startAt step: Int, _ time: Date) {
        self.init()
        wallTime = time.timeIntervalSince1970
        self.step = Int64(step)
        sessionLog.status = .start
    }

    /// An epoch of a model's training.
    init(epoch: Int, _ losses: [LossRecord], pictures: [(name: String, file: Data)], _ time: Date) {
        let scalars = losses.filter(\.value.isFinite).map {
            BoardSummary.Value("\($0.split)/\($0.term)", $0.value)
        }
        self.init(
            epoch, time, scalars + pictures.compactMap { BoardSummary.Value($0.name, png: $0.file) }
        )
    }

    /// A generation's columns and the histograms of its returns.
    init(
        _ row: RunReport.Generation, _ rollouts: [EpisodeResult], candidates: [Double]
    ) {
        var values = Self.scalars(of: row).filter { !$0.tag.hasPrefix("evaluation/") }
        if let histogram = BoardHistogram(rollouts.map(\.outcome.episodeReturn)) {
            values.append(BoardSummary.Value("returns/rollouts", histogram))
        }
        if let histogram = BoardHistogram(candidates) {
            values.append(BoardSummary.Value("returns/candidates", histogram))
        }
        self.init(row.record.generation, row.record.finished, values)
    }

    /// An evaluation, its returns' histogram, and a picture of what each candidate of its generation
    /// got on each track.
    init(
        evaluation record: EvaluationRecord, of row: RunReport.Generation,
        _ rollouts: [EpisodeResult], search: [EpisodeResult]
    ) {
        var values = Self.scalars(of: row).filter { $0.tag.hasPrefix("evaluation/") }
        if let histogram = BoardHistogram(rollouts.map(\.outcome.episodeReturn)) {
            values.append(BoardSummary.Value("returns/evaluation", histogram))
        }
        if let map = HeatMap(search),
            let value = BoardSummary.Value("returns/candidates_by_track", png: map.image.pngData())
        {
            values.append(value)
        }
        self.init(record.generation, record.finished, values)
    }

    private static func scalars(of row: RunReport.Generation) -> [BoardSummary.Value] {
        GenerationColumn.numbers(of: row).filter { $0.name != "generation" }
            .map { BoardSummary.Value(EventTags.scalar($0.name), $0.value) }
    }
}

extension BoardSummary.Value {
    /// A number; TensorBoard keeps 32 bits of it.
    init(_ tag: String, _ number: Double) {
        self.init()
        self.tag = tag
        simpleValue = Float(number)
    }

    init(_ tag: String, _ histogram: BoardHistogram) {
        self.init()
        self.tag = tag
        histo = histogram
    }

    /// A picture; nil for what is no PNG file.
    init?(_ tag: String, png: Data) {
        // A signature of 8 bytes, the first chunk's head of 8, then width and height.
        guard png.count > 24, png.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return nil }
        func number(at offset: Int) -> Int32 {
            let bytes = png.dropFirst(offset).prefix(4)
            return Int32(truncatingIfNeeded: bytes.reduce(0) { $0 << 8 | Int($1) })
        }
        self.init()
        self.tag = tag
        image.width = number(at: 16)
        image.height = number(at: 20)
        image.colorspace = 3
        image.encodedImageString = png
    }
}
