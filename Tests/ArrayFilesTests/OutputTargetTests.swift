// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import TestSupport
import Testing

/// Written files look as if the path that a user gave had been written to.
struct OutputTargetTests {
    private let directory: TemporaryDirectory
    private let new = Data("new".utf8)

    init() throws { directory = try TemporaryDirectory() }

    private func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    @Test func `a device gets the bytes and stays one`() throws {
        try AtomicFile.write(new, to: URL(filePath: "/dev/null"))
        #expect(status("/dev/null").st_mode & S_IFMT == S_IFCHR)
        #expect(throws: FileError.diskFull(path: "/dev/full")) {
            try AtomicFile.write(new, to: URL(filePath: "/dev/full"))
        }
    }

    @Test func `a FIFO gets what was written and overwritten, in order`() throws {
        let fifo = directory.file("fifo")
        #expect(mkfifo(fifo.path, 0o600) == 0)
        // Open for both, so that nobody waits for the other end.
        let reader = open(fifo.path, O_RDWR)
        defer { close(reader) }
        let file = try AtomicFile(replacing: fifo)
        try file.append(Data("nov".utf8))
        try file.append(Data(" bytes".utf8))
        try file.overwrite(Data("w".utf8), at: 2)
        try file.commit()
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == "now bytes")
        #expect(status(fifo.path).st_mode & S_IFMT == S_IFIFO)
        #expect(try directory.contents() == ["fifo"])
    }

    @Test func `a descriptor's name goes on where the descriptor is`() throws {
        let file = directory.file("log")
        let descriptor = open(file.path, O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        #expect(write(descriptor, "old ", 4) == 4)
        let link = directory.file("link")
        #expect(symlink("/dev/fd/\(descriptor)", link.path) == 0)
        for path in ["/proc/self/fd/\(descriptor)", "/dev/fd/\(descriptor)", link.path] {
            try AtomicFile.write(new, to: URL(filePath: path))
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "old newnewnew")
        let error = #expect(throws: FileError.self) {
            try AtomicFile.write(new, to: URL(filePath: "/dev/fd/987654"))
        }
        #expect(error?.description.contains("987654") == true)
    }

    @Test func `links stay, whether their target is there or not`() throws {
        let inner = directory.file("inner")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        #expect(symlink("inner/file", directory.file("first").path) == 0)
        #expect(symlink(directory.file("first").path, directory.file("second").path) == 0)
        for content in ["begun", "replaced"] {
            try AtomicFile.write(Data(content.utf8), to: directory.file("second"))
            #expect(
                try String(contentsOf: directory.file("inner/file"), encoding: .utf8) == content)
        }
        for name in ["first", "second"] {
            #expect(status(directory.file(name).path).st_mode & S_IFMT == S_IFLNK)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: inner.path) == ["file"])
        #expect(symlink("loop", directory.file("loop").path) == 0)
        let error = #expect(throws: FileError.self) {
            try AtomicFile.write(new, to: directory.file("loop"))
        }
        #expect(error?.description.contains("loop") == true)
    }

    @Test(arguments: [0o640, 0o600, 0o666, 0o755])
    func `a mode is passed on`(mode: Int) throws {
        let file = directory.file("file")
        try Data("old".utf8).write(to: file)
        #expect(chmod(file.path, mode_t(mode)) == 0)
        try AtomicFile.write(new, to: file)
        #expect(status(file.path).st_mode & 0o7777 == mode_t(mode))
        #expect(try Data(contentsOf: file) == new)
    }

    @Test(.enabled(if: getuid() == 0, "only root may give files away"))
    func `owners are passed on`() throws {
        let file = directory.file("file")
        try Data("old".utf8).write(to: file)
        #expect(chown(file.path, 1234, 4321) == 0)
        try AtomicFile.write(new, to: file)
        #expect(status(file.path).st_uid == 1234 && status(file.path).st_gid == 4321)
    }

    @Test(.enabled(if: getuid() != 0, "root may write anything"))
    func `a file that may not be written is not replaced`() throws {
        let file = directory.file("file")
        try Data("old".utf8).write(to: file)
        #expect(chmod(file.path, 0o444) == 0)
        #expect(throws: FileError.notPermitted(path: file.path, action: "write")) {
            try AtomicFile.write(new, to: file)
        }
        #expect(try Data(contentsOf: file) == Data("old".utf8))
    }
}
