// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Dashboard

/// Who is answered.
struct RequestGateTests {
    private let token = AccessToken()
    private var gate: RequestGate {
        RequestGate(
            hosts: ["127.0.0.1:8484", "localhost:8484"], token: token, cookie: "worldmodels_8484")
    }

    private func facts(_ change: (inout RequestFacts) -> Void) -> RequestFacts {
        var facts = RequestFacts()
        facts.host = "127.0.0.1:8484"
        facts.path = ["api", "v1", "runs"]
        facts.cookies = ["other=1; worldmodels_8484=\(token.session)"]
        change(&facts)
        return facts
    }

    private func status(_ change: (inout RequestFacts) -> Void) -> Int {
        switch gate.judge(facts(change)) {
        case .answer: 200
        case .enter: 201
        case .refuse(let status, _): status
        }
    }

    @Test func `who has the cookie or the token is answered`() {
        #expect(status { _ in } == 200)
        #expect(status { $0.host = "LOCALHOST:8484" } == 200)
        #expect(
            status {
                $0.cookies = []; $0.authorization = "Bearer \(token.text)"
            } == 200)
        #expect(
            status {
                $0.origin = "http://127.0.0.1:8484"; $0.site = "same-origin"
            } == 200)
        #expect(
            status {
                $0.cookies = []; $0.path = []; $0.token = token.text
            } == 201)
        #expect(
            status {
                $0.cookies = []; $0.path = ["healthz"]
            } == 200)
    }

    @Test func `who has neither is not`() {
        #expect(status { $0.cookies = [] } == 401)
        #expect(status { $0.cookies = ["worldmodels_8484=\(token.text)"] } == 401)
        #expect(status { $0.cookies = ["worldmodels_8485=\(token.session)"] } == 401)
        #expect(
            status {
                $0.cookies = []; $0.token = token.text
            } == 401)
        #expect(
            status {
                $0.cookies = []; $0.path = []; $0.token = AccessToken().text
            } == 401)
        #expect(
            status {
                $0.cookies = []; $0.authorization = "Bearer "
            } == 401)
        #expect(
            status {
                $0.cookies = []; $0.authorization = "Basic \(token.text)"
            } == 401)
        #expect(
            status {
                $0.cookies = []; $0.path = ["healthz", "x"]
            } == 401)
    }

    @Test(arguments: [
        nil, "", "evil.example", "127.0.0.1", "127.0.0.1:8485", "127.0.0.1:8484.evil.example",
        "evil.example:8484", "[::1]:8484",
    ])
    func `another name for this server is refused, whatever else is known`(host: String?) {
        #expect(status { $0.host = host } == 421)
    }

    @Test(arguments: [
        "http://evil.example", "http://127.0.0.1:8485", "null", "https://localhost", "",
        "ftp://127.0.0.1:8484",
    ])
    func `pages of other origins are refused`(origin: String) {
        #expect(status { $0.origin = origin } == 403)
    }

    @Test func `pages of other sites may open the page and nothing else`() {
        #expect(status { $0.site = "cross-site" } == 403)
        #expect(
            status {
                $0.site = "cross-site"; $0.isNavigation = true
            } == 403)
        #expect(
            status {
                $0.site = "same-site"; $0.path = []
            } == 403)
        #expect(
            status {
                $0.site = "cross-site"; $0.isNavigation = true; $0.path = []
            } == 200)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"])
    func `nothing can be changed`(method: String) {
        #expect(status { $0.method = method } == 405)
    }

    @Test func `a body is refused`() {
        #expect(status { $0.hasBody = true } == 413)
    }
}

/// The parts of a path.
struct RequestTargetTests {
    @Test func `paths and queries are decoded once`() throws {
        let target = try #require(RequestTarget("/api/v1/runs/my%20run/?after=3&x=%26&after=4&y"))
        #expect(target.path == ["api", "v1", "runs", "my run"])
        #expect(target.query == ["after": "3", "x": "&", "y": ""])
        #expect(try #require(RequestTarget("/")).path.isEmpty)
        #expect(try #require(RequestTarget("/a%252e")).path == ["a%2e"])
    }

    @Test(arguments: [
        "", "x", "http://127.0.0.1/", "/../etc/passwd", "/page/..", "/page/%2e%2e/x", "/page/..%2f",
        "/a//b", "/a%00b", "/a%2Fb", "/a%5cb", "/%ff", "/a/./b", "/a\u{1}", "/?x=%zz",
        "/" + String(repeating: "a", count: 3000),
    ])
    func `what leads elsewhere is no path`(text: String) {
        #expect(RequestTarget(text) == nil)
    }
}

/// The link's token.
struct AccessTokenTests {
    @Test func `a file is made once, for its owner alone, and read again`() throws {
        let scratch = try TemporaryDirectory()
        let file = scratch.file("state/token")
        let first = try AccessToken(in: file)
        #expect(first.text.count == 64)
        #expect(try AccessToken(in: file) == first)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(AccessToken() != AccessToken())
        #expect(first.session != first.text)
    }

    @Test func `a file that others can read or that holds no token is refused by name`() throws {
        let scratch = try TemporaryDirectory()
        let file = scratch.file("token")
        _ = try AccessToken(in: file)
        chmod(file.path, 0o640)
        #expect(throws: AccessTokenError.readableByOthers(path: file.path)) {
            _ = try AccessToken(in: file)
        }
        try Data("secret".utf8).write(to: file)
        chmod(file.path, 0o600)
        #expect(throws: AccessTokenError.noToken(path: file.path)) {
            _ = try AccessToken(in: file)
        }
    }
}

/// Where it listens.
struct ListenAddressTests {
    @Test func `a port alone is one of this host`() throws {
        #expect(try ListenAddress(parsing: "8000") == ListenAddress(host: "127.0.0.1", port: 8000))
        let other = try ListenAddress(parsing: "[::1]:9")
        #expect(other.isLoopback && other.bindHost == "::1")
        #expect(try !ListenAddress(parsing: "0.0.0.0:1").isLoopback)
        #expect(try !ListenAddress(parsing: "127.0.0.1.evil.example:1").isLoopback)
    }

    @Test(arguments: [
        "", "host", "host:", "host:x", "70000", "host:70000", ":80", "a b:1", "x/y:1",
    ])
    func `what is none is refused`(text: String) {
        #expect(throws: ListenAddressError.self) { _ = try ListenAddress(parsing: text) }
    }
}
