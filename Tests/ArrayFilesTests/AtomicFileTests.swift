// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import Testing

struct AtomicFileTests {
    @Test func `a committed file replaces the old one and leaves nothing else`() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("file")
            try AtomicFile.write(Data("old".utf8), to: url)
            let file = try AtomicFile(replacing: url)
            try file.append(Data("nov new".utf8))
            try file.overwrite(Data("new".utf8), at: 0)
            #expect(try Data(contentsOf: url) == Data("old".utf8))
            try file.commit()
            #expect(try Data(contentsOf: url) == Data("new new".utf8))
            #expect(try contents(directory) == ["file"])
        }
    }

    @Test func `a file that is not committed leaves the old one and nothing else`() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("file")
            try AtomicFile.write(Data("old".utf8), to: url)
            do {
                let file = try AtomicFile(replacing: url)
                try file.append(Data("new".utf8))
                #expect(try contents(directory).count == 2)
            }
            #expect(try contents(directory) == ["file"])
            #expect(try Data(contentsOf: url) == Data("old".utf8))
        }
    }

    @Test func `a sweep removes what the dead left, not what the living write`() throws {
        try withTemporaryDirectory { directory in
            let leftover = directory.appendingPathComponent(".dead.x7.partial")
            try Data("half".utf8).write(to: leftover)
            let file = try AtomicFile(replacing: directory.appendingPathComponent("file"))
            #expect(AtomicFile.removeLeftovers(in: directory) == 1)
            try file.append(Data("whole".utf8))
            try file.commit()
            #expect(try contents(directory) == ["file"])
        }
    }

    @Test func `a missing directory, a directory in the way and a full disk are named`() throws {
        try withTemporaryDirectory { directory in
            let missing = directory.appendingPathComponent("no/file")
            #expect(throws: FileError.missingDirectory(path: missing.path)) {
                try AtomicFile.write(Data(), to: missing)
            }
            #expect(throws: FileError.notAFile(path: directory.path)) {
                try AtomicFile.write(Data(), to: directory)
            }
            let text = FileError(code: ENOSPC, path: "runs/x", action: "write").description
            #expect(text.contains("runs/x") && text.contains("disk is full"))
            let left = try contents(directory)
            #expect(left.isEmpty)
        }
    }

    @Test func `an output directory is made with those above it, or named`() throws {
        try withTemporaryDirectory { directory in
            let deep = directory.appendingPathComponent("a/b/c", isDirectory: true)
            try OutputDirectory.prepare(deep)
            try Data("half".utf8).write(to: deep.appendingPathComponent(".dead.x7.partial"))
            try OutputDirectory.prepare(deep)
            #expect(try contents(deep).isEmpty)
            let file = directory.appendingPathComponent("file")
            try Data().write(to: file)
            for path in ["file", "file/below"] {
                let url = directory.appendingPathComponent(path)
                let error = #expect(throws: FileError.self) { try OutputDirectory.prepare(url) }
                #expect(error?.description.contains(file.path) == true)
            }
        }
    }

    @Test func `a failed write leaves nothing and is met again`() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appendingPathComponent("file")
            let file = try AtomicFile(replacing: url, capacity: 10)
            try file.append(Data(count: 10))
            for _ in 0..<2 {
                #expect(throws: FileError.diskFull(path: url.path)) {
                    try file.append(Data(count: 1))
                }
            }
            #expect(throws: FileError.diskFull(path: url.path)) { try file.commit() }
            let left = try contents(directory)
            #expect(left.isEmpty)
        }
    }

    @Test func `reading what is not there or no file is named`() throws {
        try withTemporaryDirectory { directory in
            let missing = directory.appendingPathComponent("no.npz")
            #expect(throws: FileError.missing(path: missing.path)) {
                try NPZReader(contentsOf: missing)
            }
            #expect(throws: FileError.notAFile(path: directory.path)) {
                try SafetensorsFile(contentsOf: directory)
            }
        }
    }
}
