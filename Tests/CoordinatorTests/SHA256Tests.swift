// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Coordinator
import Foundation
import Testing

struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `the standard's examples`(text: String, expected: String) {
        #expect(SHA256.hexadecimal(of: Data(text.utf8)) == expected)
    }

    @Test func `the standard's example of a million letters`() {
        let data = Data(repeating: 0x61, count: 1_000_000)
        #expect(
            SHA256.hexadecimal(of: data)
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `pieces of any length give the digest of the whole`() {
        let data = Data((0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        let whole = SHA256.hexadecimal(of: data)
        for length in [1, 7, 55, 56, 63, 64, 65, 128, 299] {
            var digest = SHA256()
            for start in stride(from: 0, to: data.count, by: length) {
                digest.update(data[start..<min(start + length, data.count)])
            }
            #expect(digest.finish() == whole, "pieces of \(length)")
        }
    }

    @Test func `numbers count by their bits`() {
        var zero = SHA256()
        var negative = SHA256()
        zero.update([0.0])
        negative.update([-0.0])
        #expect(zero.finish() != negative.finish())
    }
}
