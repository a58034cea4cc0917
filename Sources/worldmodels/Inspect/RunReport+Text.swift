// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunReports
import RunStore
import TerminalOutput

extension RunReport {
    /// The report for people, with the last generations or, for nil, all.
    func text(rows: Int? = 30) -> String {
        var lines = ["\(path): begun \(Self.time(created)) by \(program)", ""]
        var table = TextTable([
            .init("setting", isNumeric: false), .init("value", isNumeric: false),
        ])
        for setting in settings { table.add([setting.name, setting.value]) }
        lines += [table.text, ""]
        if generations.isEmpty {
            lines.append("no generation is complete yet")
        } else {
            lines += generationLines(rows: rows)
        }
        lines.append(
            "rollouts stored: \(trainingRollouts) for the search (\(rolloutsUnderWay) of them of"
                + " the generation under way), \(evaluationRollouts) for evaluations")
        lines.append(
            "confirmed by a second driver: \(trainingRolloutsConfirmed) for the search,"
                + " \(evaluationRolloutsConfirmed) for evaluations")
        if let best = generations.compactMap(\.evaluation).best {
            lines.append(
                "best evaluation: \(best.text) over \(best.episodes) tracks after generation"
                    + " \(best.generation) (controller.safetensors)")
        }
        let records = generations.map(\.record).filter(\.best.isFinite)
        if valueForm != .returns, let best = records.max(by: { $0.best < $1.best }) {
            lines.append(
                "best \(valueForm.name): \(valueForm.text(best.best)) in generation"
                    + " \(best.generation) (best.json)")
        }
        lines += [""] + plot
        lines += lossLines + workerLines + quarantineLines + eventLines
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The candidates' returns and the evaluations over the generations.
    var plot: [String] {
        func points(_ value: (Generation) -> Double?) -> [(x: Double, y: Double)] {
            generations.map {
                (x: Double($0.record.generation), y: value($0).map(valueForm.shown) ?? .nan)
            }
        }
        let lines = TextPlot(height: 12).lines(
            curves(valueForm.name, points), xLabel: "generation")
        return lines.isEmpty ? [] : lines + [""]
    }

    /// The curves of a plot for the terminal, dreams apart from drives.
    func curves(
        _ value: String, _ points: ((Generation) -> Double?) -> [(x: Double, y: Double)]
    ) -> [TextPlot.Series] {
        var curves: [TextPlot.Series] = []
        if hasDreams {
            curves.append(
                .init(
                    name: "candidates' average \(value) in dreams",
                    points: points { $0.record.isDream ? $0.record.mean : nil }))
            if generations.contains(where: { !$0.record.isDream }) {
                curves.append(
                    .init(
                        name: "candidates' average \(value), driven", style: .marks("+"),
                        points: points { $0.record.isDream ? nil : $0.record.mean }))
            }
        } else {
            curves.append(
                .init(name: "candidates' average \(value)", points: points(\.record.mean)))
        }
        return curves + [
            .init(name: "best candidate", style: .marks("·"), points: points(\.record.best)),
            .init(
                name: hasDreams ? "evaluation of the mean, driven" : "evaluation of the mean",
                style: .marks("◆"), points: points { $0.evaluation?.mean }),
        ]
    }

    /// The table of the last generations, or of all for nil.
    func generationTable(rows: Int?) -> [String] {
        let columns = GenerationColumn.columns(valueForm, hasDreams: hasDreams)
            .compactMap(\.shown)
        var table = TextTable(columns.map { .init($0.title) })
        for row in generations.suffix(rows ?? generations.count) {
            table.add(columns.map { $0.text(row) })
        }
        return table.text.split(separator: "\n").map(String.init)
    }

    private func generationLines(rows: Int?) -> [String] {
        var lines = generationTable(rows: rows)
        if let rows, generations.count > rows {
            lines.append(
                "... and \(generations.count - rows) earlier generations (--all lists them)")
        }
        return lines + [""]
    }

    private var lossLines: [String] {
        guard !losses.isEmpty else { return [] }
        var table = TextTable([
            .init("model", isNumeric: false), .init("epoch"),
            .init("examples", isNumeric: false), .init("term", isNumeric: false), .init("loss"),
        ])
        var last: [String: LossRecord] = [:]
        var order: [String] = []
        for loss in losses {
            let key = "\(loss.model) \(loss.split) \(loss.term)"
            if last.updateValue(loss, forKey: key) == nil { order.append(key) }
        }
        for loss in order.compactMap({ last[$0] }) {
            table.add([
                loss.model, "\(loss.epoch)", loss.split, loss.term,
                String(format: "%.5g", loss.value),
            ])
        }
        return [table.text, ""]
    }

    private var workerLines: [String] {
        guard !workers.isEmpty else { return [] }
        var table = TextTable([
            .init("worker", isNumeric: false), .init("rollouts"), .init("steps"),
            .init("first result", isNumeric: false), .init("last result", isNumeric: false),
            .init("fingerprint", isNumeric: false),
        ])
        for worker in workers.suffix(20) {
            table.add([
                worker.name, "\(worker.rollouts)", "\(worker.steps)", Self.time(worker.firstSeen),
                Self.time(worker.lastSeen), worker.fingerprint,
            ])
        }
        let more = workers.count - 20
        return [table.text] + (more > 0 ? ["... and \(more) more workers (--json lists them)"] : [])
            + [""]
    }

    private var quarantineLines: [String] {
        guard !quarantines.isEmpty else { return [] }
        var table = TextTable([
            .init("in quarantine", isNumeric: false), .init("since", isNumeric: false),
            .init("until", isNumeric: false), .init("reason", isNumeric: false),
        ])
        for quarantine in quarantines.suffix(20) {
            table.add([
                quarantine.party, Self.time(quarantine.time),
                quarantine.ends.map(Self.time) ?? "the run's end", quarantine.reason,
            ])
        }
        let more = quarantines.count - 20
        return [table.text]
            + (more > 0 ? ["... and \(more) earlier quarantines (--json lists them)"] : []) + [""]
    }

    private var eventLines: [String] {
        guard !events.isEmpty else { return [] }
        return ["last events"] + events.suffix(10).map { "\(Self.time($0.time))  \($0.message)" }
    }

    static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}
