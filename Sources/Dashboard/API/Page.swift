// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import Foundation

/// The page, which is compiled into the program.
enum Page {
    private static let files: [String: (type: String, bytes: [UInt8])] = [
        "index.html": (html, PackageResources.index_html),
        "style.css": ("text/css; charset=utf-8", PackageResources.style_css),
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
        "app.js": (script, PackageResources.app_js),
        "charts.js": (script, PackageResources.charts_js),
        "data.js": (script, PackageResources.data_js),
        "details.js": (script, PackageResources.details_js),
        "format.js": (script, PackageResources.format_js),
        "heatmaps.js": (script, PackageResources.heatmaps_js),
        "sections.js": (script, PackageResources.sections_js),
        "timeline.js": (script, PackageResources.timeline_js),
        "views.js": (script, PackageResources.views_js),
    ]
    private static let html = "text/html; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"

    /// A file of the page; nil where there is none of that name.
    static func answer(_ name: String) -> Answer? {
        files[name].map { Answer(type: $0.type, body: Data($0.bytes)) }
    }

    /// The page as one file with the answers to all that it asks.
    ///
    /// Nothing of it can run but its own script, which its head names by its digest, and it reaches
    /// nobody: what a peer has called itself is in the answers, and stays text there, too.
    static func file(_ answers: Data) -> Data {
        let script = ScriptBundle(
            files.filter { $0.key.hasSuffix(".js") }.mapValues { text($0.bytes) }, entry: "app.js"
        ).text
        let style = text(PackageResources.style_css)
        let icon = Data(PackageResources.icon_svg).base64EncodedString()
        let policy =
            "default-src 'none'; script-src '\(digest(script))'; style-src '\(digest(style))';"
            + " img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
        let rules = """
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            """
        let replacements: [(old: String, new: String)] = [
            ("<meta charset=\"utf-8\">", rules),
            ("href=\"/page/icon.svg\"", "href=\"data:image/svg+xml;base64,\(icon)\""),
            ("<link rel=\"stylesheet\" href=\"/page/style.css\">", "<style>\(style)</style>"),
            ("<script type=\"module\" src=\"/page/app.js\"></script>\n", ""),
            ("; <a href=\"/api/v1\">/api/v1</a> has the figures", ""),
            ("</body>\n</html>\n", ""),
        ]
        var head = text(PackageResources.index_html)
        for (old, new) in replacements { head = head.replacing(old, with: new) }
        var file = Data("\(head)<script type=\"application/json\" id=\"kept\">".utf8)
        file.reserveCapacity(file.count + answers.count + script.utf8.count + 1000)
        for byte in answers {
            // It is in texts alone, and would end the element where "script" follows.
            if byte == UInt8(ascii: "<") {
                file.append(contentsOf: #"\u003c"#.utf8)
            } else {
                file.append(byte)
            }
        }
        file += Data(
            "</script>\n<script type=\"module\">\(script)</script>\n</body>\n</html>\n".utf8)
        return file
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// A script or style as a policy names it.
    private static func digest(_ text: String) -> String {
        "sha256-" + SHA256.digest(Data(text.utf8)).base64EncodedString()
    }

    /// What a browser gets whose link has the right token: its cookie, and the page's address.
    ///
    /// The page goes there itself: in a redirection a browser that came from another site would not
    /// give a strict cookie back.
    static func entered(_ gate: RequestGate, isSecure: Bool) -> Answer {
        var answer = Answer(
            type: html,
            body: Data(
                """
                <!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">
                <link rel="icon" type="image/svg+xml" href="/page/icon.svg">
                <title>worldmodels</title><p><a href="/">Go on to the page</a></p>

                """.utf8), isKept: false)
        let session = gate.token?.session ?? ""
        answer.headers.append(
            (
                "Set-Cookie",
                "\(gate.cookie)=\(session); Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
                    + (isSecure ? "; Secure" : "")
            ))
        return answer
    }

    /// What a person sees who may not come in.
    static func refusal(_ status: Int, _ reason: String) -> Answer {
        Answer(
            status: status, type: html,
            body: Data(
                """
                <!doctype html><meta charset="utf-8"><title>worldmodels</title>
                <h1>Not here</h1><p>\(reason).</p>

                """.utf8), isKept: false)
    }
}
