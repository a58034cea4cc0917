// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

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
