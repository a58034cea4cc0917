// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Pictures
import Rollouts
import Runs
import TerminalOutput
import WorldModelTraining

/// A dream that is driven by the keys of a terminal, and drawn on it.
struct DreamTerminal {
    let dream: PlayedDream
    let decoder: LatentDecoder
    /// Between two steps.
    let interval: Duration
    /// What the dreams are, for the first line.
    let title: String

    /// Lines below the picture.
    private static let textLines = 4
    /// A terminal is not drawn on more often: what a person sees, and it can take.
    private static let drawingInterval = Duration.milliseconds(33)

    /// Plays until the person ends it, or the terminal goes away.
    ///
    /// - Throws: `InputError` where there is no terminal to play on.
    func play() throws {
        do {
            try RawTerminal.enter()
        } catch {
            throw InputError(
                "\(error): play in a terminal, or on a page by --listen 127.0.0.1:8485")
        }
        defer { RawTerminal.restore() }
        let picture = TextPicture(.init(ProcessInfo.processInfo.environment))
        var keys = KeyDecoder()
        var size = (columns: 0, rows: 0)
        var drawn = ""
        var nextStep = ContinuousClock.now
        var nextDrawing = nextStep
        while true {
            while true {
                guard let bytes = RawTerminal.typed(until: nextStep) else { return }
                for key in keys.keys(bytes) {
                    switch Self.meaning(of: key) {
                    case .say(let input): dream.take(input)
                    case .nothing: break
                    case .end: return
                    }
                }
                if ContinuousClock.now >= nextStep { break }
            }
            let wasOver = dream.state.end != nil
            dream.step()
            let now = ContinuousClock.now
            // Who was held up does not hurry.
            nextStep = max(nextStep + interval, now - interval)
            let hasEnded = !wasOver && dream.state.end != nil
            guard now >= nextDrawing || hasEnded else { continue }
            nextDrawing = now + Self.drawingInterval
            let terminal = Terminal.standardOutput
            let found = (columns: terminal.width, rows: terminal.height)
            let isOther = found != size
            size = found
            let text = screen(picture, columns: size.columns, rows: size.rows)
            guard isOther || text != drawn else { continue }
            drawn = text
            guard RawTerminal.draw((isOther ? "\u{1b}[2J" : "") + text) else { return }
        }
    }

    /// What a key means.
    private enum Meaning {
        case say(PlayedDream.Input)
        case nothing
        case end
    }

    private static func meaning(of key: TerminalKey) -> Meaning {
        switch key {
        case .left: .say(.type(.left))
        case .right: .say(.type(.right))
        case .up: .say(.type(.gas))
        case .down: .say(.type(.brake))
        case .byte(let byte):
            switch UnicodeScalar(byte) {
            case "a", "A": .say(.type(.left))
            case "d", "D": .say(.type(.right))
            case "w", "W": .say(.type(.gas))
            case "s", "S": .say(.type(.brake))
            case " ": .say(.releaseAll)
            case "r", "R": .say(.again)
            case "n", "N": .say(.next)
            // Ctrl-C and Ctrl-D where they are no signal and no end.
            case "q", "Q", "\u{3}", "\u{4}": .end
            default: .nothing
            }
        }
    }

    /// All that is on the screen.
    private func screen(_ picture: TextPicture, columns: Int, rows: Int) -> String {
        let image = decoder.picture(of: dream.latent)
        let lines = picture.lines(
            image.pixels, side: LatentDecoder.side, columns: columns,
            rows: max(1, rows - Self.textLines))
        let all = lines + texts.map { String($0.prefix(columns)) }
        return "\u{1b}[H" + all.prefix(rows).joined(separator: "\u{1b}[K\r\n") + "\u{1b}[K\u{1b}[J"
    }

    private var texts: [String] {
        let state = dream.state
        let keys = dream.keys.keys.map(\.rawValue).joined(separator: " ")
        return [
            "\(title), dream \(state.dream + 1), step \(state.steps)",
            "predicted return \(String(format: "%.1f", state.predictedReturn)), reward "
                + "\(String(format: "%.2f", state.reward)), end "
                + "\(Int((100 * state.endProbability).rounded())) %",
            state.end.map { "over: \($0.words)" } ?? "keys: \(keys)",
            "arrows or WASD drive, space lets go; r again, n another, q ends",
        ]
    }

    /// What there is to say when it is over.
    var summary: String {
        let state = dream.state
        return "dream \(state.dream + 1): \(state.steps) steps, predicted return "
            + String(format: "%.1f", state.predictedReturn)
            + (state.end.map { " (\($0.words))" } ?? "")
    }
}
