// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import Foundation
import RunStore
import TestSupport
import Testing

@testable import Dashboard

/// The page as one file, with its data.
@Suite(.inTurn())
struct PageFileTests {
    /// A file's parts, as a browser takes them apart.
    private struct Parts {
        let text: String
        let script: String
        let style: String
        let kept: [String: Any]

        init(_ file: PageFile) throws {
            text = String(decoding: file.html, as: UTF8.self)
            script = try #require(Self.between("<script type=\"module\">", "</script>", text))
            style = try #require(Self.between("<style>", "</style>", text))
            let data = try #require(
                Self.between("<script type=\"application/json\" id=\"kept\">", "</script>", text))
            kept = try #require(
                try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
        }

        var answers: [String: Any] { kept["answers"] as? [String: Any] ?? [:] }
        var media: [String: String] { kept["media"] as? [String: String] ?? [:] }

        private static func between(_ start: String, _ end: String, _ text: String) -> String? {
            guard let start = text.range(of: start),
                let end = text.range(of: end, range: start.upperBound..<text.endIndex)
            else { return nil }
            return String(text[start.upperBound..<end.lowerBound])
        }
    }

    private static let written = Date(timeIntervalSince1970: 1_800_000_100)

    private func file(
        _ paths: [String], films: (any FilmMaker)? = nil, _ limits: PageFile.Limits = .init()
    ) throws -> PageFile {
        try PageFile(RunCatalog(paths: paths, films: films), written: Self.written, limits: limits)
    }

    private func sorted(_ object: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }

    @Test func `it has the interface's own answers to all that the page asks`() async throws {
        let run = try ShownRun()
        let parts = try Parts(try file([run.directory.path]))
        #expect(parts.kept["written"] as? String == "2027-01-15T08:01:40.000Z")
        for path in [
            "/runs", "/runs/run", "/runs/run/generations?after=0", "/runs/run/evaluations?after=0",
            "/runs/run/tail?generations=10", "/runs/run/events?after=0", "/runs/run/losses",
            "/runs/run/cluster", "/runs/run/pictures", "/runs/run/films",
            "/runs/run/generations/1", "/runs/run/generations/3", "/runs/run/evaluations/2",
        ] {
            let target = try #require(RequestTarget("/api/v1" + path))
            let answer = await run.site().answer(target, knowing: nil)
            let expected = try JSONSerialization.jsonObject(with: answer.body)
            let found = try #require(parts.answers[path], "\(path)")
            #expect(try sorted(found) == sorted(expected), "\(path)")
        }
    }

    @Test func `its policy names its own script and style, and lets nothing else in`() throws {
        let run = try ShownRun(generations: 1)
        let parts = try Parts(try file([run.directory.path]))
        func digest(_ text: String) -> String {
            "'sha256-" + SHA256.digest(Data(text.utf8)).base64EncodedString() + "'"
        }
        let policy =
            "content=\"default-src 'none'; script-src \(digest(parts.script)); style-src"
            + " \(digest(parts.style)); img-src data:; media-src data:; base-uri 'none';"
            + " form-action 'none'\""
        #expect(parts.text.contains(policy))
        // Nothing is asked for: each address is a place of the page, or holds what it stands for.
        for attribute in ["href=\"", "src=\""] {
            for place in parts.text.ranges(of: attribute) {
                let rest = parts.text[place.upperBound...]
                #expect(rest.hasPrefix("#") || rest.hasPrefix("data:"), "\(rest.prefix(30))")
            }
        }
    }

    @Test func `what a peer calls itself ends no element, and stays what it is`() throws {
        let run = try ShownRun(generations: 1)
        let name = "</script><script>alert(1)</script><!--<script>"
        try run.store.record(
            EventRecord(time: ShownRun.began, kind: "joined", message: name))
        let parts = try Parts(try file([run.directory.path]))
        let list = try #require(parts.answers["/runs/run/events?after=0"] as? [String: Any])
        let events = try #require(list["events"] as? [[String: Any]])
        #expect(events.last?["message"] as? String == name)
        #expect(parts.text.ranges(of: "</script").count == 2)
        #expect(!parts.text.contains("<!--<script>"))
    }

    @Test func `what is too much is left out from the oldest on, and named`() throws {
        let run = try ShownRun()
        var limits = PageFile.Limits()
        let whole = try Parts(try file([run.directory.path]))
        let size = try JSONSerialization.data(
            withJSONObject: try #require(whole.answers["/runs/run/generations/3"])
        ).count
        // Room for two of three.
        limits.rollouts = size * 5 / 2
        limits.controllers = 0
        let small = try file([run.directory.path], limits)
        #expect(
            small.absent == [
                "run: the rollouts of the generations up to 1",
                "run: the controllers of the evaluations up to generation 3",
            ])
        let parts = try Parts(small)
        #expect(parts.kept["absent"] as? [String] == small.absent)
        #expect(parts.answers["/runs/run/generations/2"] != nil)
        #expect(parts.answers["/runs/run/generations/1"] == nil)
        #expect(parts.answers["/runs/run/evaluations/3"] == nil)
        #expect(try file([run.directory.path]).absent.isEmpty)
    }

    @Test func `films and pictures that are kept are in it as far as they have room`() throws {
        let run = try ShownRun(generations: 1)
        let films = run.directory.url.appending(path: "films")
        let pictures = run.directory.url.appending(path: "pictures")
        for directory in [films, pictures] {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
        }
        // Without a controller's file its films have no other mark.
        try Data("a film".utf8).write(to: films.appending(path: "drive-7-none.gif"))
        try Data("of an earlier one".utf8).write(to: films.appending(path: "drive-8-zzz.gif"))
        for name in ["vae-samples-001.png", "vae-samples-002.png", "other.png"] {
            try Data("picture \(name)".utf8).write(to: pictures.appending(path: name))
        }
        let maker = CountingFilms()
        let parts = try Parts(try file([run.directory.path], films: maker))
        #expect(
            parts.media == [
                "/runs/run/films/drive/7/file":
                    "data:image/gif;base64,\(Data("a film".utf8).base64EncodedString())",
                "/runs/run/pictures/vae-samples-002.png":
                    "data:image/png;base64,"
                    + Data("picture vae-samples-002.png".utf8).base64EncodedString(),
            ])
        let film = parts.answers["/runs/run/films/drive/7"] as? [String: String]
        #expect(film == ["state": "ready", "type": "image/gif"])
        #expect(parts.answers["/runs/run/films/drive/8"] == nil && maker.count == 0)
        var limits = PageFile.Limits()
        limits.media = 20
        let small = try file([run.directory.path], films: maker, limits)
        #expect(
            small.absent == ["run: 2 of its films and pictures, for which there was no room"])
        #expect(try Parts(small).answers["/runs/run/films/drive/7"] == nil)
    }

    @Test func `several runs share a file, whatever they are called`() throws {
        let (one, other) = (try ShownRun(generations: 1), try ShownRun(generations: 2))
        let name = "läuft 100%"
        let moved = other.scratch.file(name)
        try FileManager.default.moveItem(at: other.directory.url, to: moved)
        let parts = try Parts(try file([one.directory.path, moved.path]))
        let runs = parts.answers["/runs"] as? [String: Any]
        let names = (runs?["runs"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["läuft_100_", "run"])
        #expect(parts.answers["/runs/läuft_100_/generations/2"] != nil)
        #expect(parts.answers["/runs/run/generations/1"] != nil)
    }

    @Test func `modules become one script, each after those that it needs`() {
        let bundle = ScriptBundle(
            [
                "app.js": "import { double } from \"./sums.js\";\nconst margin = double(1);\n",
                "sums.js": "const margin = 2;\nexport function double(x) { return margin * x; }\n",
                "other.js": "nobody asks for it",
            ], entry: "app.js")
        #expect(
            bundle.text == """
                const modules = {};
                modules["sums.js"] = (() => {
                const margin = 2;
                function double(x) { return margin * x; }
                return { double };
                })();
                modules["app.js"] = (() => {
                const { double } = modules["sums.js"];
                const margin = double(1);
                return {  };
                })();
                """)
    }

    @Test func `no module of the page is left out, and none is left as one`() throws {
        let run = try ShownRun(generations: 1)
        let script = try Parts(try file([run.directory.path])).script
        for name in ["app", "charts", "data", "details", "format", "heatmaps", "timeline", "views"]
        {
            #expect(script.contains("modules[\"\(name).js\"] = (() => {"), "\(name)")
        }
        for line in script.split(separator: "\n") {
            #expect(!line.hasPrefix("import ") && !line.hasPrefix("export "), "\(line)")
        }
    }
}
