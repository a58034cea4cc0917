// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import TerminalOutput

struct FormatTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (100_000, "100,000"),
        (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `thousands are grouped`(value: Int, text: String) {
        #expect(Format.count(value) == text)
    }

    @Test(arguments: [
        (0, "0"), (1234.6, "1,235"), (-999.4, "-999"), (56.78, "56.8"), (1.234, "1.23"), (10, "10"),
        (0.012345, "0.0123"), (0.00001, "1.00e-05"), (1e20, "1.00e+20"), (.nan, "nan"),
        (-Double.infinity, "-inf"),
    ])
    func `numbers keep about three digits`(value: Double, text: String) {
        #expect(Format.number(value) == text)
    }

    @Test(arguments: [
        (0.25, "0.25 s"), (4.44, "4.4 s"), (42.2, "42 s"), (59.7, "1:00"), (187, "3:07"),
        (7509, "2:05:09"), (266_700, "3 d 02:05"), (.infinity, "?"), (-60, "-1:00"),
    ])
    func `spans of time are short`(seconds: Double, text: String) {
        #expect(Format.duration(seconds) == text)
    }

    @Test(arguments: [
        (0.4, "00:00"), (59.7, "01:00"), (3599.4, "59:59"), (7509, "2:05:09"),
        (400_000, "111:06:40"),
    ])
    func `a clock counts hours without end`(seconds: Double, text: String) {
        #expect(Format.clock(seconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1434, "1.4 KiB"), (12 << 20, "12 MiB"), (5 << 40, "5.0 TiB"),
        (5 << 50, "5120 TiB"),
    ])
    func `sizes have binary units`(count: Int, text: String) {
        #expect(Format.bytes(count) == text)
    }
}

struct ProgressTextTests {
    @Test func `a line has bar, count, rate, time left and fields`() {
        let text = ProgressText(title: "VAE", total: 2000, unit: "images", start: 500)
        let fields = [(name: "loss", value: "35.2")]
        let line = text.line(count: 1000, seconds: 10, fields: fields, width: 80)
        #expect(
            line
                == "VAE │█████████▌         │ 1,000/2,000 images, 50 images/s, 20 s left, loss 35.2"
        )
        #expect(line.count == 79)
        let plain = text.line(count: 1000, seconds: 10, fields: fields, width: nil)
        #expect(plain == "VAE: 1,000/2,000 images, 50 images/s, 20 s left, loss 35.2")
    }

    @Test func `a line fits any width and needs no total`() {
        let text = ProgressText(title: "rollouts", total: nil, unit: "steps")
        #expect(
            text.line(count: 0, seconds: 0, fields: [], width: 80) == "rollouts 0 steps, 0.00 s")
        for width in 0..<40 {
            #expect(text.line(count: 5, seconds: 1, fields: [], width: width).count <= width)
        }
    }

    @Test func `a bar has no more than its cells`() {
        let text = ProgressText(title: "", total: 1, unit: "")
        #expect(text.bar(share: -1, cells: 3) == "│   │")
        #expect(text.bar(share: 0.5, cells: 3) == "│█▌ │")
        #expect(text.bar(share: 7, cells: 3) == "│███│")
    }
}
