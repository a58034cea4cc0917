// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Dashboard

/// The page on which one visitor drives, asked over real sockets by friends and others.
@Suite(.inTurn())
struct PlayPageTests {
    private let token = AccessToken()

    /// Counts steps; its only pixel's bytes are the count.
    private final class ToyScene: PlayedScene {
        let title = "a toy"
        private var keys: Set<String> = []
        private var steps = 0
        private var episode: UInt64 = 1

        func begin() { (keys, steps, episode) = ([], 0, 1) }

        func take(_ message: PlayMessage) -> Bool {
            switch message {
            case .key("left", true): keys.insert("left")
            case .key("left", false): keys.remove("left")
            case .say("next"): (steps, episode) = (0, episode + 1)
            default: return false
            }
            return true
        }

        func step() { steps += 1 }

        var state: PlayState {
            PlayState(
                episode: episode, steps: steps, predictedReturn: 0, reward: 0, endProbability: 0,
                over: nil, keys: keys.sorted(), action: keys.isEmpty ? [0, 0, 0] : [-1, 0, 0])
        }

        var pixels: [UInt8] { [UInt8](repeating: UInt8(truncatingIfNeeded: steps), count: 3) }
    }

    private func served<Result>(
        token: AccessToken? = nil, _ work: (Int) async throws -> Result
    ) async throws -> Result {
        var configuration = DashboardServer.Configuration(
            address: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.token = token
        let server = try await DashboardServer(
            configuration, serving: PlaySite(ToyScene(), interval: .milliseconds(1)))
        let result = try await work(server.address.port)
        await server.stop()
        return result
    }

    /// A visit: its stream, and what its messages have to say.
    private func visit(_ port: Int) async throws -> (stream: RawConnection, name: String) {
        try await onThread {
            let stream = try RawConnection(port: port)
            stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
            let text = Self.read(stream) { $0.contains("event: frame") }
            let visit = text.firstMatch(of: /"visit":"([0-9a-f]{32})"/)
            return (stream, String(try #require(visit).1))
        }
    }

    private static func read(_ stream: RawConnection, until isEnough: (String) -> Bool) -> String {
        var text = ""
        while !isEnough(text) {
            guard let bytes = stream.receive() else { return text }
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text
    }

    private func post(
        _ port: Int, _ body: String, type: String? = "application/json",
        origin: String? = "own", more: [String] = [], length: Int? = nil, saysLength: Bool = true
    ) async throws -> Int {
        var headers = more
        if saysLength { headers.append("Content-Length: \(length ?? body.utf8.count)") }
        if let type { headers.append("Content-Type: \(type)") }
        if let origin {
            headers.append("Origin: \(origin == "own" ? "http://127.0.0.1:\(port)" : origin)")
        }
        let lines = ["POST /api/v1/keys HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers
        return try await onThread {
            let connection = try RawConnection(port: port)
            connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
            return connection.head()?.status ?? 0
        }
    }

    private func state(_ port: Int) async throws -> [String: Any] {
        try await RawConnection.ask(port, "/api/v1/state")?.object ?? [:]
    }

    @Test func `a visitor sees frames, and steers by what is sent`() async throws {
        try await served { port in
            let page = try #require(try await RawConnection.ask(port, "/"))
            #expect(page.status == 200 && page.body.contains("<canvas"))
            #expect(page.header("content-security-policy")?.contains("default-src 'none'") == true)
            for name in ["play.js", "style.css", "icon.svg"] {
                #expect(try await RawConnection.ask(port, "/page/\(name)")?.status == 200)
            }
            let (stream, name) = try await visit(port)
            let down = #"{"visit":"\#(name)","key":"left","down":true}"#
            #expect(try await post(port, down) == 204)
            let text = try await onThread {
                Self.read(stream) { $0.contains(#""keys":["left"]"#) }
            }
            #expect(text.contains(#""action":[-1,0,0]"#))
            #expect(try await state(port)["keys"] as? [String] == ["left"])
            let up = #"{"visit":"\#(name)","key":"left","down":false}"#
            #expect(try await post(port, up) == 204)
            #expect(try await state(port)["keys"] as? [String] == [])
            #expect(try await post(port, #"{"visit":"\#(name)","say":"next"}"#) == 204)
            #expect(try await state(port)["episode"] as? Int == 2)
        }
    }

    @Test func `nobody else drives while one does, and the next one begins afresh`() async throws {
        try await served { port in
            var name = ""
            do {
                let (stream, first) = try await visit(port)
                name = first
                let second = try await RawConnection.ask(port, "/api/v1/stream")
                #expect(second?.status == 409)
                let stranger = String(repeating: "0", count: 32)
                let down = #"{"visit":"\#(stranger)","key":"left","down":true}"#
                #expect(try await post(port, down) == 409)
                #expect(try await post(port, #"{"visit":"\#(name)","say":"next"}"#) == 204)
                #expect(stream.receive() != nil)
            }
            // The stream's end is noticed when it is written to.
            while try await RawConnection.ask(port, "/api/v1/stream", method: "HEAD")?.status == 409
            {}
            #expect(try await state(port)["episode"] as? Int == 1)
            #expect(try await post(port, #"{"visit":"\#(name)","say":"next"}"#) == 409)
            let (_, other) = try await visit(port)
            #expect(other != name)
        }
    }

    @Test func `what is no message of the page's is refused, and changes nothing`() async throws {
        try await served { port in
            let (stream, name) = try await visit(port)
            let down = #"{"visit":"\#(name)","key":"left","down":true}"#
            for body in [
                "{", "[]", "7", #"{"visit":"\#(name)"}"#, #"{"visit":"\#(name)","key":"left"}"#,
                #"{"visit":"\#(name)","key":"warp","down":true}"#,
                #"{"visit":"\#(name)","key":7,"down":true}"#, #"{"visit":"\#(name)","say":"quit"}"#,
                #"{"visit":"\#(name)","say":"next","key":"left","down":true}"#,
            ] {
                #expect(try await post(port, body) == 400, "\(body)")
            }
            let long = #"{"visit":"\#(name)","key":"\#(String(repeating: "x", count: 300))"}"#
            #expect(try await post(port, long) == 413)
            #expect(try await post(port, down, length: 1 << 40) == 413)
            #expect(try await post(port, "", length: 0) == 413)
            #expect(try await post(port, down, more: ["Transfer-Encoding: chunked"]) != 204)
            let chunk = String(down.utf8.count, radix: 16) + "\r\n" + down + "\r\n0\r\n\r\n"
            #expect(
                try await post(
                    port, chunk, more: ["Transfer-Encoding: chunked"], saysLength: false) == 411)
            #expect(try await post(port, "", saysLength: false) == 413)
            #expect(try await post(port, down, type: nil) == 415)
            #expect(try await post(port, down, type: "text/plain") == 415)
            #expect(try await post(port, down, origin: nil) == 403)
            #expect(try await post(port, down, origin: "http://evil.example") == 403)
            #expect(try await post(port, down, more: ["Sec-Fetch-Site: cross-site"]) == 403)
            for method in ["POST", "PUT", "DELETE"] {
                let answer = try await RawConnection.ask(port, "/api/v1/state", method: method)
                #expect(answer?.status == 405)
            }
            let rebound = try await RawConnection.ask(
                port, "/api/v1/state", host: "evil.example:\(port)")
            #expect(rebound?.status == 421)
            let now = try await state(port)
            #expect(now["keys"] as? [String] == [] && now["episode"] as? Int == 1)
            // And a flood of what is.
            try await onThread {
                let connection = try RawConnection(port: port)
                let head =
                    "POST /api/v1/keys HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
                    + "Origin: http://127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                for index in 0..<500 {
                    let body = #"{"visit":"\#(name)","key":"left","down":\#(index % 2 == 1)}"#
                    connection.send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    #expect(connection.response()?.status == 204)
                }
            }
            #expect(try await state(port)["keys"] as? [String] == ["left"])
            #expect(stream.receive() != nil)
        }
    }

    @Test func `without the token nobody sees or steers`() async throws {
        try await served(token: token) { port in
            for target in ["/", "/api/v1/stream", "/api/v1/state", "/page/play.js"] {
                #expect(try await RawConnection.ask(port, target)?.status == 401, "\(target)")
            }
            #expect(try await post(port, #"{"visit":"x","say":"next"}"#) == 401)
            let known = "Cookie: worldmodels_\(port)=\(token.session)"
            #expect(try await post(port, #"{"visit":"x","say":"next"}"#, more: [known]) == 409)
            let bearer = "Authorization: Bearer \(token.text)"
            #expect(
                try await post(port, #"{"visit":"x","say":"next"}"#, origin: nil, more: [bearer])
                    == 409)
            let page = try await RawConnection.ask(port, "/", headers: [known])
            #expect(page?.body.contains("<canvas") == true)
        }
    }
}
