// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TestSupport
import Testing

@testable import Dashboard

/// The file with the page's link.
struct LinkFileTests {
    private let scratch: TemporaryDirectory
    private let link = "http://127.0.0.1:8484/?token=abc"

    init() throws { scratch = try TemporaryDirectory() }

    @Test func `its owner alone can read it, and it goes with the page`() throws {
        let file = scratch.file("state/page.link")
        try withExtendedLifetime(try LinkFile(link, at: file)) {
            #expect(try String(contentsOf: file, encoding: .utf8) == link + "\n")
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test func `one that a killed program left is replaced, whatever its mode`() throws {
        let file = scratch.file("page.link")
        try Data("https://mars:1/?token=old\n".utf8).write(to: file)
        chmod(file.path, 0o644)
        let made = try LinkFile(link, at: file)
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try String(contentsOf: file, encoding: .utf8) == link + "\n")
        made.remove()
    }

    @Test func `another program's link stays, and so does what is none`() throws {
        let file = scratch.file("page.link")
        let (first, second) = (
            try LinkFile(link, at: file), try LinkFile("http://other/?token=b", at: file)
        )
        first.remove()
        #expect(try String(contentsOf: file, encoding: .utf8) == "http://other/?token=b\n")
        second.remove()
        try Data("notes".utf8).write(to: file)
        #expect(throws: LinkFileError.isOther(path: file.path)) {
            _ = try LinkFile(link, at: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "notes")
    }

    @Test func `a link of the file system is not followed`() throws {
        let file = scratch.file("page.link")
        let target = scratch.file("target")
        symlink(target.path, file.path)
        #expect(throws: LinkFileError.self) { _ = try LinkFile(link, at: file) }
        #expect(!FileManager.default.fileExists(atPath: target.path))
    }
}
