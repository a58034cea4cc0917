// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import TestSupport
import Testing

struct AtomicFileTests {
    @Test func `a committed file replaces the old one and leaves nothing else`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("file")
        try AtomicFile.write(Data("old".utf8), to: url)
        let file = try AtomicFile(replacing: url)
        try file.append(Data("nov new".utf8))
        try file.overwrite(Data("new".utf8), at: 0)
        #expect(try Data(contentsOf: url) == Data("old".utf8))
        try file.commit()
        #expect(try Data(contentsOf: url) == Data("new new".utf8))
        #expect(try directory.contents() == ["file"])
    }

    @Test func `a file that is not committed leaves the old one and nothing else`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("file")
        try AtomicFile.write(Data("old".utf8), to: url)
        do {
            let file = try AtomicFile(replacing: url)
            try file.append(Data("new".utf8))
            #expect(try directory.contents().count == 2)
        }
        #expect(try directory.contents() == ["file"])
        #expect(try Data(contentsOf: url) == Data("old".utf8))
    }

    @Test func `a sweep removes what the dead left, not what the living write`() throws {
        let directory = try TemporaryDirectory()
        let leftover = directory.file(".dead.x7.partial")
        try Data("half".utf8).write(to: leftover)
        let file = try AtomicFile(replacing: directory.file("file"))
        #expect(AtomicFile.removeLeftovers(in: directory.url) == 1)
        try file.append(Data("whole".utf8))
        try file.commit()
        #expect(try directory.contents() == ["file"])
    }

    @Test func `a missing directory, a directory in the way and a full disk are named`() throws {
        let directory = try TemporaryDirectory()
        let missing = directory.file("no/file")
        #expect(throws: FileError.missingDirectory(path: missing.path)) {
            try AtomicFile.write(Data(), to: missing)
        }
        #expect(throws: FileError.notAFile(path: directory.path)) {
            try AtomicFile.write(Data(), to: directory.url)
        }
        let text = FileError(code: ENOSPC, path: "runs/x", action: "write").description
        #expect(text.contains("runs/x") && text.contains("disk is full"))
        let left = try directory.contents()
        #expect(left.isEmpty)
    }

    @Test func `an output directory is made with those above it, or named`() throws {
        let directory = try TemporaryDirectory()
        let deep = directory.file("a/b/c")
        try OutputDirectory.prepare(deep)
        try Data("half".utf8).write(to: deep.appendingPathComponent(".dead.x7.partial"))
        try OutputDirectory.prepare(deep)
        #expect(try FileManager.default.contentsOfDirectory(atPath: deep.path).isEmpty)
        let file = directory.file("file")
        try Data().write(to: file)
        for path in ["file", "file/below"] {
            let url = directory.file(path)
            let error = #expect(throws: FileError.self) { try OutputDirectory.prepare(url) }
            #expect(error?.description.contains(file.path) == true)
        }
    }

    @Test func `a failed write leaves nothing and is met again`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("file")
        let file = try AtomicFile(replacing: url, capacity: 10)
        try file.append(Data(count: 10))
        for _ in 0..<2 {
            #expect(throws: FileError.diskFull(path: url.path)) {
                try file.append(Data(count: 1))
            }
        }
        #expect(throws: FileError.diskFull(path: url.path)) { try file.commit() }
        let left = try directory.contents()
        #expect(left.isEmpty)
    }

    @Test func `reading what is not there or no file is named`() throws {
        let directory = try TemporaryDirectory()
        let missing = directory.file("no.npz")
        #expect(throws: FileError.missing(path: missing.path)) {
            try NPZReader(contentsOf: missing)
        }
        #expect(throws: FileError.notAFile(path: directory.path)) {
            try SafetensorsFile(contentsOf: directory.url)
        }
    }
}
