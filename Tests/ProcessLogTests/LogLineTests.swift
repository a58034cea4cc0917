// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Logging
import Synchronization
import Testing

@testable import ProcessLog

/// What is logged, as lines.
struct LogLineTests {
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000.125)

    private func line(_ message: String) -> LogLine {
        LogLine(
            time: Self.noon, level: .warning, host: "mars", program: "worker", message: message,
            facts: ["event": "lost", "address": "tcp://a:1"])
    }

    @Test func `a line has the time, the level, the host and who says it`() {
        #expect(
            line("lost it").text(.text)
                == "2027-01-15T08:00:00.125Z warning mars worker: lost it")
        #expect(line("lost it").text(.plain) == "lost it")
        #expect(
            line("lost it").text(.json) == """
                {"address":"tcp://a:1","event":"lost","host":"mars","level":"warning",\
                "message":"lost it","program":"worker","time":"2027-01-15T08:00:00.125Z"}
                """)
    }

    @Test(arguments: LogLine.Format.allCases)
    func `whatever a message holds, it is one line that no terminal obeys`(
        format: LogLine.Format
    ) throws {
        var line = line("a\nb\u{1b}[2K\rc\u{7}\u{2028}\u{9b}")
        line.facts["address"] = "tcp://\u{202e}a\u{1b}"
        let text = line.text(format)
        #expect(
            text.unicodeScalars.allSatisfy { $0.value >= 32 && !(127..<160).contains($0.value) })
        if format == .json {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
            #expect(object["address"] == "tcp://\\u{202e}a\\u{1b}")
            #expect(object["message"] == "a\\u{a}b\\u{1b}[2K\\u{d}c\\u{7}\\u{2028}\\u{9b}")
        }
    }

    @Test func `what is less important than the level is left out`() {
        let lines = Mutex<[LogLine]>([])
        let logger = Logger(label: "x") { _ in
            LineLogHandler(program: "worker", host: "mars", level: .notice, now: { Self.noon }) {
                line in
                lines.withLock { $0.append(line) }
            }
        }
        logger.info("one")
        logger.notice("two", metadata: ["event": "e", "count": "3"])
        logger.error("three")
        let written = lines.withLock { $0 }
        #expect(written.map(\.message) == ["two", "three"])
        #expect(written[0].facts == ["event": "e", "count": "3"])
        #expect(written[1].level == .error && written[1].time == Self.noon)
    }
}
