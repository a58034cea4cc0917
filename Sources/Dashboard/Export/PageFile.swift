// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Foundation
import RunStore

/// The page of some runs as one file, to be sent to somebody: it asks no server for anything, since it
/// has what the interface would have answered.
package struct PageFile {
    /// How much goes into a file, in bytes, all its runs together; what is newest goes first.
    package struct Limits: Sendable {
        /// Of what each rollout of a generation came to.
        package var rollouts = 16 << 20
        /// Of controllers that were evaluated.
        package var controllers = 8 << 20
        /// Of films and pictures.
        package var media = 32 << 20

        /// As much as a mail's attachment may have, roughly.
        package init() {}
    }

    /// The file.
    package let html: Data
    /// What was left out because it is too much, a sentence each.
    package let absent: [String]

    /// Collects what the page shows of some runs.
    ///
    /// - Parameters:
    ///   - catalog: The runs.
    ///   - written: The time.
    ///   - limits: How much goes into the file.
    /// - Throws: `RunStoreError`, `PageFileError`: a run cannot be read.
    package init(_ catalog: RunCatalog, written: Date, limits: Limits = Limits()) throws {
        var answers = KeptAnswers(Site(catalog, meter: nil))
        try answers.keep("/runs")
        let views = catalog.views()
        for view in views {
            try answers.keep(view, Self.share(limits, of: views.count))
        }
        absent = answers.absent
        html = Page.file(answers.json(written: Timestamp.text(written)))
    }

    private static func share(_ limits: Limits, of count: Int) -> Limits {
        var share = limits
        share.rollouts /= max(1, count)
        share.controllers /= max(1, count)
        share.media /= max(1, count)
        return share
    }
}

/// A run that the file should have had.
package struct PageFileError: Error, CustomStringConvertible {
    package let description: String
}

/// Answers of the interface by their paths, as the page asks for them.
private struct KeptAnswers {
    private let site: Site
    private var answers: [(path: String, body: Data)] = []
    /// Pictures and films as addresses that hold them.
    private var media: [(path: String, body: Data)] = []
    private(set) var absent: [String] = []

    init(_ site: Site) {
        self.site = site
    }

    /// Asks what the page will ask.
    mutating func keep(_ path: String) throws {
        answers.append((path, try body(path)))
    }

    /// A run, with as much of what is large as a share allows.
    mutating func keep(_ view: RunView, _ share: PageFile.Limits) throws {
        let run = "/runs/\(view.name)"
        for resource in [
            "", "/generations?after=0", "/evaluations?after=0", "/tail?generations=10",
            "/events?after=0", "/losses", "/cluster", "/pictures", "/films",
        ] {
            try keep(run + resource)
        }
        let reader = try view.reader()
        var generations = try reader.generations().map(\.generation)
        // The one under way comes first.
        if try reader.pulse().rolloutsUnderWay > 0 {
            generations.append((generations.last ?? 0) &+ 1)
        }
        generations.reverse()
        let kept = try keepNewest(generations.map { "\(run)/generations/\($0)" }, share.rollouts)
        if kept < generations.count {
            absent.append(
                "\(view.name): the rollouts of the generations up to \(generations[kept])")
        }
        let evaluations = Array(try reader.evaluations(after: 0).map(\.generation).reversed())
        let known = try keepNewest(
            evaluations.map { "\(run)/evaluations/\($0)" }, share.controllers)
        if known < evaluations.count {
            absent.append(
                "\(view.name): the controllers of the evaluations up to generation"
                    + " \(evaluations[known])")
        }
        try keepMedia(of: view, run, share.media)
    }

    /// Keeps the first of some answers, as far as they have room; says how many.
    private mutating func keepNewest(_ paths: [String], _ limit: Int) throws -> Int {
        var room = limit
        for (place, path) in paths.enumerated() {
            let body = try body(path)
            room -= body.count
            guard room >= 0 else { return place }
            answers.append((path, body))
        }
        return paths.count
    }

    private mutating func keepMedia(
        of view: RunView, _ run: String, _ limit: Int
    ) throws {
        var room = limit
        var left = 0
        for name in RunMedia(view).shownPictures where !keepFile("\(run)/pictures/\(name)", &room) {
            left += 1
        }
        for film in view.filming.kept {
            let path = "\(run)/films/\(film.kind.rawValue)/\(film.trackSeed)"
            if keepFile(path + "/file", &room) { try keep(path) } else { left += 1 }
        }
        if left > 0 {
            absent.append(
                "\(view.name): \(left) of its films and pictures, for which there was no room")
        }
    }

    /// Whether a file was there, and had room.
    private mutating func keepFile(_ path: String, _ room: inout Int) -> Bool {
        guard let answer = answer(path), answer.status == 200 else { return false }
        let text = "\"data:\(answer.type);base64,\(answer.body.base64EncodedString())\""
        guard text.utf8.count <= room else { return false }
        room -= text.utf8.count
        media.append((path, Data(text.utf8)))
        return true
    }

    private func body(_ path: String) throws -> Data {
        guard let answer = answer(path), answer.status == 200 else {
            let reason = answer(path).map { String(decoding: $0.body, as: UTF8.self) }
            throw PageFileError(description: "\(path): \(reason ?? "no such resource")")
        }
        return answer.body
    }

    private func answer(_ path: String) -> Answer? {
        let encoded = path.addingPercentEncoding(
            withAllowedCharacters: .urlPathAllowed.union(.urlQueryAllowed))
        return encoded.flatMap { RequestTarget("/api/v1" + $0) }
            .map { site.answerNow($0, knowing: nil) }
    }

    /// All of it as JSON.
    func json(written: String) -> Data {
        struct Head: Encodable {
            var written: String
            var program = "\(Software.name) \(Software.version)"
            var absent: [String]
        }
        // Texts can always be encoded.
        let head = try? JSONText.data(of: Head(written: written, absent: absent))
        var all = Data((head ?? Data()).dropLast())
        for (name, entries) in [("answers", answers), ("media", media)] {
            all += Data(",\"\(name)\":{".utf8)
            for (place, entry) in entries.enumerated() {
                if place > 0 { all.append(UInt8(ascii: ",")) }
                all += (try? JSONText.data(of: entry.path)) ?? Data("\"\"".utf8)
                all.append(UInt8(ascii: ":"))
                all += entry.body
            }
            all.append(UInt8(ascii: "}"))
        }
        all.append(UInt8(ascii: "}"))
        return all
    }
}
