// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import Foundation
import TestSupport
import Testing

/// Key files as people keep them and as orchestrators mount them.
struct KeyFileTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test func `a key file that others may read is refused, and none is overwritten`() throws {
        let url = folder.file("worker.key")
        let publicKey = try KeyFile.create(at: url)
        var status = stat()
        #expect(stat(url.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try KeyFile.readPair(at: url).publicKey == publicKey)
        #expect(try KeyFile.readPublic(at: KeyFile.publicURL(of: url)) == publicKey)
        #expect(throws: KeyFileError.exists(url.path)) { try KeyFile.create(at: url) }
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: url.path)
        #expect(throws: KeyFileError.loosePermissions(url.path, "640")) {
            try KeyFile.readPair(at: url)
        }
        let missing = folder.file("none.key")
        #expect(throws: KeyFileError.unreadable(missing.path)) { try KeyFile.readPair(at: missing) }
    }

    private func setMode(_ mode: Int, of url: URL) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    @Test(arguments: [(0o400, true), (0o440, true), (0o640, true), (0o444, false), (0o460, false)])
    func `a mounted secret may be its group's too, and nobody else's`(
        mode: Int, isTaken: Bool
    ) throws {
        // As kubelet lays it out.
        let version = folder.file("..2026_01_01")
        let files = FileManager.default
        try files.createDirectory(at: version, withIntermediateDirectories: true)
        let key = version.appending(path: "worker.key")
        let publicKey = try KeyFile.create(at: key)
        try setMode(mode, of: key)
        try files.createSymbolicLink(
            atPath: folder.file("..data").path, withDestinationPath: "..2026_01_01")
        let path = folder.file("worker.key")
        try files.createSymbolicLink(
            atPath: path.path, withDestinationPath: "..data/worker.key")
        if isTaken {
            #expect(try KeyFile.readPair(at: path).publicKey == publicKey)
        } else {
            #expect(throws: KeyFileError.self) { try KeyFile.readPair(at: path) }
        }
    }

    @Test func `a key that its group may read is taken where that is said`() throws {
        let url = folder.file("worker.key")
        let publicKey = try KeyFile.create(at: url)
        try setMode(0o640, of: url)
        #expect(throws: KeyFileError.loosePermissions(url.path, "640")) {
            try KeyFile.readPair(at: url)
        }
        #expect(try KeyFile.readPair(at: url, allowsGroup: true).publicKey == publicKey)
        try setMode(0o644, of: url)
        #expect(throws: KeyFileError.loosePermissions(url.path, "644")) {
            try KeyFile.readPair(at: url, allowsGroup: true)
        }
        // A link says nothing of its file.
        let link = folder.file("link.key")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
        #expect(throws: KeyFileError.loosePermissions(link.path, "644")) {
            try KeyFile.readPair(at: link)
        }
        try setMode(0o600, of: url)
        #expect(try KeyFile.readPair(at: link).publicKey == publicKey)
    }

    @Test func `a key file as Windows keeps it is read, a wrong one is named by its line`() throws {
        let url = folder.file("worker.key")
        let publicKey = try KeyFile.create(at: url)
        let text = try String(contentsOf: url, encoding: .utf8)
        func rewrite(_ text: String) throws {
            try Data(text.utf8).write(to: url)
            try setMode(0o600, of: url)
        }
        try rewrite("\u{FEFF}" + text.replacing("\n", with: "\r\n"))
        #expect(try KeyFile.readPair(at: url).publicKey == publicKey)
        try rewrite(text + "else")
        #expect(
            throws: KeyFileError.malformed(
                url.path, line: 3, "is not 'public' or 'secret' with a key, each once")
        ) { try KeyFile.readPair(at: url) }
        let other = try KeyPair(in: folder, "other").keys.publicKey
        try rewrite(text.replacing(publicKey, with: other))
        #expect(
            throws: KeyFileError.incomplete(url.path, "has a public key of another secret one")
        ) { try KeyFile.readPair(at: url) }
    }

    @Test func `who holds a secret leaves no core dump`() throws {
        _ = try KeyPair(in: folder, "worker")
        var limit = rlimit(rlim_cur: 1, rlim_max: 1)
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur == 0 && limit.rlim_max == 0)
        // A core_pattern that is a program asks for this instead. Swift does not import prctl.
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        let control = try unsafeBitCast(#require(dlsym(nil, "prctl")), to: Control.self)
        let getDumpable: Int32 = 3
        #expect(control(getDumpable, 0, 0, 0, 0) == 0)
    }
}
