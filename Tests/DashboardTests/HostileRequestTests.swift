// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

/// Requests over real sockets that no page of this program makes.
@Suite(.inTurn())
struct HostileRequestTests {
    private let token = AccessToken()

    private func served<Result>(
        _ change: (inout DashboardServer.Configuration) -> Void = { _ in },
        _ work: (DashboardServer, Int) async throws -> Result
    ) async throws -> Result {
        let run = try ShownRun(generations: 1)
        let server = try await run.serve(token: token, change)
        let result = try await work(server, server.address.port)
        await server.stop()
        return result
    }

    private func cookie(_ port: Int) -> String {
        "Cookie: worldmodels_\(port)=\(token.session)"
    }

    @Test func `the link gives a cookie that scripts cannot read, and the cookie lets in`()
        async throws
    {
        try await served { server, port in
            let target = try #require(server.link.split(separator: "/").last)
            let entered = try #require(try await RawConnection.ask(port, "/\(target)"))
            #expect(entered.status == 200)
            let given = try #require(entered.header("set-cookie"))
            #expect(given.contains("HttpOnly") && given.contains("SameSite=Strict"))
            #expect(!given.contains(token.text) && !entered.body.contains(token.text))
            // Else a browser asks for one that is not there.
            #expect(entered.body.contains("href=\"/page/icon.svg\""))
            let value = try #require(given.split(separator: ";").first)
            let page = try await RawConnection.ask(port, "/", headers: ["Cookie: \(value)"])
            #expect(page?.status == 200 && page?.body.contains("<main") == true)
        }
    }

    @Test func `without a token nothing is told but that it lives`() async throws {
        try await served { _, port in
            for target in [
                "/", "/api/v1/runs", "/page/app.js", "/metrics", "/api/v1/stream?run=run",
            ] {
                let answer = try await RawConnection.ask(port, target)
                #expect(answer?.status == 401, "\(target)")
            }
            let lives = try await RawConnection.ask(port, "/healthz")
            let isReady = try await RawConnection.ask(port, "/readyz")
            #expect(lives?.body == "ok\n" && isReady?.body == "ok\n")
        }
    }

    @Test func `another name or origin is refused with the right cookie`() async throws {
        try await served { _, port in
            let known = cookie(port)
            let rebound = try await RawConnection.ask(
                port, "/api/v1/runs", headers: [known], host: "evil.example:\(port)")
            #expect(rebound?.status == 421)
            let foreign = try await RawConnection.ask(
                port, "/api/v1/runs", headers: [known, "Origin: http://evil.example"])
            #expect(foreign?.status == 403)
            let own = try await RawConnection.ask(
                port, "/api/v1/runs", headers: [known, "Origin: http://127.0.0.1:\(port)"])
            #expect(own?.status == 200)
            #expect(own?.header("access-control-allow-origin") == nil)
        }
    }

    @Test func `each answer forbids what it does not need`() async throws {
        try await served { _, port in
            for target in ["/", "/api/v1/runs", "/nothing", "/page/app.js"] {
                let answer = try #require(
                    try await RawConnection.ask(port, target, headers: [cookie(port)]))
                let policy = try #require(answer.header("content-security-policy"))
                #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(answer.header("x-content-type-options") == "nosniff")
                #expect(answer.header("referrer-policy") == "no-referrer")
            }
        }
    }

    @Test(arguments: [
        "/../../../etc/passwd", "/page/../../etc/passwd", "/page/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/runs/run/pictures/..%2f..%2frun.sqlite", "/api/v1/runs/..%2f..%2fetc",
        "/api/v1/runs/run/pictures/run.sqlite", "/page/index.html%00.js", "//etc/passwd",
    ])
    func `no path leads to a file that is not the page's or a picture`(target: String) async throws
    {
        try await served { _, port in
            let answer = try await RawConnection.ask(port, target, headers: [cookie(port)])
            #expect([400, 404].contains(answer?.status ?? 0), "\(answer?.head ?? "nothing")")
            #expect(answer?.body.contains("root:") == false)
        }
    }

    @Test func `nothing can be changed, and no body is taken`() async throws {
        try await served { _, port in
            for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
                let answer = try await RawConnection.ask(
                    port, "/api/v1/runs", method: method, headers: [cookie(port)])
                #expect(answer?.status == 405 && answer?.header("allow") == "GET, HEAD")
            }
            let body = try await RawConnection.ask(
                port, "/api/v1/runs", headers: [cookie(port), "Content-Length: 1000000000"])
            #expect(body?.status == 413)
            let head = try await RawConnection.ask(
                port, "/api/v1/runs", method: "HEAD", headers: [cookie(port)])
            #expect(head?.status == 200 && head?.body == "")
            #expect(head?.header("content-length") != "0")
        }
    }

    @Test func `a header of a million lines is cut off long before its end`() async throws {
        try await served { _, port in
            let sent = try await onThread { () -> (lines: Int, status: Int?) in
                let connection = try RawConnection(port: port)
                connection.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n")
                let thousand = String(repeating: "X-Line: 1234567890\r\n", count: 1000)
                var lines = 0
                while lines < 1_000_000, connection.send(thousand) { lines += 1000 }
                return (lines, connection.head()?.status)
            }
            #expect(sent.lines < 1_000_000)
            #expect(sent.status == nil || sent.status == 400)
            let next = try await RawConnection.ask(port, "/healthz")
            #expect(next?.status == 200)
        }
    }

    @Test func `who says nothing, or half of a request, is gone after a while`() async throws {
        try await served({ $0.patience = .milliseconds(300) }) { _, port in
            for text in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: 127.0.0.1"] {
                let rest = try await onThread {
                    let connection = try RawConnection(port: port)
                    connection.send(text)
                    return connection.receive()
                }
                #expect(rest == nil)
            }
        }
    }

    @Test func `who does not take what it asked for is cut off`() async throws {
        let run = try ShownRun(generations: 1)
        let pictures = run.directory.url.appending(path: "pictures")
        try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        try Data(count: 48 << 20).write(to: pictures.appending(path: "large.png"))
        let server = try await run.serve(token: token) { $0.patience = .milliseconds(300) }
        let port = server.address.port
        let header = cookie(port)
        let code = try await onThread {
            let connection = try RawConnection(port: port, receiveBuffer: 4096)
            let end = " HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(header)\r\n\r\n"
            connection.send("GET /api/v1/runs/run/pictures/large.png" + end)
            // It asks on and takes nothing, until the connection is no more.
            return connection.sendUntilRefused("GET /healthz" + end)
        }
        #expect([EPIPE, ECONNRESET].contains(code))
        let next = try await RawConnection.ask(port, "/healthz")
        #expect(next?.status == 200)
        await server.stop()
    }

    @Test func `of a thousand streams as many are served as there may be`() async throws {
        try await served({
            $0.streams = 5
            $0.connections = 40
        }) { _, port in
            let header = cookie(port)
            let statuses = try await onThread { () -> [Int] in
                var open: [RawConnection] = []
                var statuses: [Int] = []
                for _ in 0..<1000 {
                    let connection = try RawConnection(port: port)
                    connection.send(
                        "GET /api/v1/stream?run=run HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
                            + "\(header)\r\n\r\n")
                    statuses.append(connection.head()?.status ?? 0)
                    // Those that are served stay; who was refused is told so and goes.
                    if statuses.last == 200 { open.append(connection) }
                }
                return statuses
            }
            #expect(statuses.count { $0 == 200 } == 5)
            #expect(statuses.count { $0 == 503 } == 995)
            let next = try await RawConnection.ask(port, "/healthz")
            #expect(next?.status == 200)
        }
    }

    @Test func `connections that arrive while the server stops end nothing`() async throws {
        for _ in 0..<20 {
            let run = try ShownRun(generations: 1)
            let server = try await run.serve(token: token)
            let port = server.address.port
            let isOver = Atomic(false)
            let count = Atomic(0)
            let callers = (0..<4).map { _ in
                Thread {
                    while !isOver.load(ordering: .relaxed) {
                        // Once it has stopped there is nobody to call.
                        guard let connection = try? RawConnection(port: port) else { return }
                        connection.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
                        count.add(1, ordering: .relaxed)
                    }
                }
            }
            for caller in callers { caller.start() }
            while count.load(ordering: .relaxed) < 50 { await Task.yield() }
            await server.stop()
            isOver.store(true, ordering: .relaxed)
            #expect(throws: POSIXError.self) { _ = try RawConnection(port: port) }
        }
    }

    @Test func `beyond loopback there is TLS or a proxy`() async throws {
        let run = try ShownRun(generations: 1)
        await #expect(throws: DashboardError.plaintext("0.0.0.0:0")) {
            _ = try await run.serve { $0.address = ListenAddress(host: "0.0.0.0", port: 0) }
        }
        let server = try await run.serve {
            $0.address = ListenAddress(host: "0.0.0.0", port: 0)
            $0.isBehindProxy = true
            $0.names = ["models.example"]
        }
        let port = server.address.port
        #expect(server.link == "http://models.example:\(port)/")
        let answer = try await RawConnection.ask(port, "/api/v1", host: "models.example")
        #expect(answer?.status == 200)
        await server.stop()
    }

    @Test func `a certificate that is none is named`() async throws {
        let run = try ShownRun(generations: 1)
        let file = run.scratch.file("none.pem").path
        try Data("no certificate".utf8).write(to: URL(fileURLWithPath: file))
        await #expect(throws: DashboardError.self) {
            _ = try await run.serve { $0.certificate = (file, file) }
        }
    }

    @Test func `an address that is taken is named`() async throws {
        try await served { server, port in
            let run = try ShownRun(generations: 1)
            await #expect(throws: DashboardError.self) {
                _ = try await run.serve {
                    $0.address = ListenAddress(host: "127.0.0.1", port: port)
                }
            }
        }
    }
}
