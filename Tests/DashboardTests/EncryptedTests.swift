// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Dashboard

/// The page over TLS, with a certificate and a client of openssl's.
@Suite(.inTurn())
struct EncryptedTests {
    private let scratch: TemporaryDirectory
    private var chain: String { scratch.file("chain.pem").path }
    private var key: String { scratch.file("key.pem").path }

    init() throws { scratch = try TemporaryDirectory() }

    /// Has openssl do something, and gives what it prints and whether it is content.
    private func openssl(
        _ arguments: [String], saying input: String = ""
    ) async throws -> (output: String, isDone: Bool) {
        try await onThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["timeout", "60", "openssl"] + arguments
            let (into, out) = (Pipe(), Pipe())
            process.standardInput = into
            process.standardOutput = out
            process.standardError = FileHandle.nullDevice
            try process.run()
            try into.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try into.fileHandleForWriting.close()
            let output = try out.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (String(decoding: output, as: UTF8.self), process.terminationStatus == 0)
        }
    }

    private func makeCertificate() async throws {
        let made = try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", key, "-out", chain,
        ])
        try #require(made.isDone)
    }

    private func ask(
        _ port: Int, _ target: String, _ more: [String] = []
    ) async throws -> (output: String, isDone: Bool) {
        try await openssl(
            [
                "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost",
                "-verify_hostname", "localhost", "-CAfile", chain, "-verify_return_error",
                "-quiet",
            ] + more,
            saying: "GET \(target) HTTP/1.1\r\nHost: localhost:\(port)\r\n"
                + "Connection: close\r\n\r\n")
    }

    @Test func `with a good certificate the page is served beyond loopback, over TLS alone`()
        async throws
    {
        try await makeCertificate()
        let token = AccessToken()
        let run = try ShownRun(generations: 1)
        let server = try await run.serve(token: token) {
            $0.address = ListenAddress(host: "0.0.0.0", port: 0)
            $0.names = ["localhost"]
            $0.certificate = (chain, key)
        }
        let port = server.address.port
        #expect(server.place == "https://localhost:\(port)/")
        #expect(server.link == "https://localhost:\(port)/?token=\(token.text)")
        let lives = try await ask(port, "/healthz")
        #expect(lives.output.hasPrefix("HTTP/1.1 200") && lives.output.hasSuffix("ok\n"))
        let entered = try await ask(port, "/?token=\(token.text)")
        let cookie = entered.output.split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("set-cookie:")
        }
        #expect(cookie?.contains("; Secure") == true && cookie?.contains("HttpOnly") == true)
        let refused = try await ask(port, "/api/v1/runs")
        #expect(refused.output.hasPrefix("HTTP/1.1 401"))
        // Neither in the clear nor by what TLS was long ago.
        let plain = try await RawConnection.ask(port, "/healthz", host: "localhost:\(port)")
        #expect(plain == nil)
        let old = try await ask(port, "/healthz", ["-tls1_1"])
        #expect(!old.output.contains("HTTP/1.1"))
        await server.stop()
    }

    @Test func `a key of another certificate is refused before anything listens`() async throws {
        try await makeCertificate()
        let other = scratch.file("other.pem").path
        let made = try await openssl([
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other,
        ])
        try #require(made.isDone)
        let run = try ShownRun(generations: 1)
        await #expect(throws: DashboardError.self) {
            _ = try await run.serve { $0.certificate = (chain, other) }
        }
    }
}
