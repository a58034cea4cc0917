// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Foundation
import TestSupport
import Testing

/// Lists of keys as people and programs write them, change them and break them.
struct ClientListTests {
    private let folder: TemporaryDirectory
    private let keys: [String]

    init() throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        keys = try (0..<3).map { try KeyPair(in: folder, "key\($0)").keys.publicKey }
    }

    private func write(_ text: String, to name: String = "allowed") throws -> URL {
        try Data(text.utf8).write(to: folder.file(name))
        return folder.file(name)
    }

    private func allowed(_ list: ClientList) -> [ClientRole?] {
        keys.map { list.role(of: ClientKey($0)) }
    }

    @Test func `lines may end as Windows ends them, and begin with a byte order mark`() throws {
        let fixture = "public K7^>5uJiqL-b&J-j5=nZ>}$5+&VP->DG#+vbC@:e\r\n"
        let list = try ClientList(file: try write(fixture))
        #expect(list.role(of: ClientKey("K7^>5uJiqL-b&J-j5=nZ>}$5+&VP->DG#+vbC@:e")) == .work)
        let text = "\u{FEFF}# workers\r\n\r\n\(keys[0])\r\npublic \(keys[1]) look \r\n"
        #expect(allowed(try ClientList(file: try write(text))) == [.work, .look, nil])
        let wide = folder.file("wide")
        try #require(text.dropFirst().description.data(using: .utf16)).write(to: wide)
        #expect(allowed(try ClientList(file: wide)) == [.work, .look, nil])
    }

    @Test(arguments: [
        ("nonsense", "is no public key"), ("secret KEY", "is no public key"),
        ("KEY1", "has a key that was listed before"),
        ("KEY run", "has more than a key and a role, which is 'work', 'look' or 'operate'"),
        ("KEY look twice", "has more than a key and a role, which is 'work', 'look' or 'operate'"),
    ])
    func `an error is named with file and line`(line: String, problem: String) throws {
        let line = line.replacing("KEY1", with: keys[1]).replacing("KEY", with: keys[0])
        let file = try write("\(keys[1])\n# why\n\(line)\n\(keys[2])\n")
        #expect(throws: KeyFileError.malformed(file.path, line: 3, problem)) {
            try ClientList(file: file)
        }
    }

    @Test func `a list with an error is refused as a whole, said so, and taken when it is right`()
        throws
    {
        let file = try write("\(keys[0])\n")
        let list = try ClientList(file: file)
        #expect(list.refresh() == nil)
        _ = try write("\(keys[1])\nnonsense\n")
        // The first look may see half a file: only what stays counts.
        #expect(list.refresh() == nil)
        let complaint = try #require(list.refresh())
        #expect(complaint.contains("\(file.path):2: is no public key"))
        #expect(allowed(list) == [.work, nil, nil] && list.revision == 0)
        #expect(list.refresh() == complaint)
        try FileManager.default.removeItem(at: file)
        _ = list.refresh()
        #expect(list.refresh()?.contains("\(file.path): cannot be read") == true)
        #expect(allowed(list) == [.work, nil, nil])
        _ = try write("\(keys[1])\n\(keys[2])\n")
        _ = list.refresh()
        #expect(list.refresh() == nil)
        #expect(allowed(list) == [nil, .work, .work] && list.revision == 1)
    }

    @Test func `a list behind the links of a mounted secret is read again when they change`() throws
    {
        let files = FileManager.default
        for (version, key) in [("..1", keys[0]), ("..2", keys[1])] {
            try files.createDirectory(at: folder.file(version), withIntermediateDirectories: true)
            _ = try write("\(key)\n", to: "\(version)/allowed")
        }
        func link(_ name: String, to target: String) throws {
            try files.createSymbolicLink(
                atPath: folder.file(name).path, withDestinationPath: target)
        }
        try link("..data", to: "..1")
        try link("allowed", to: "..data/allowed")
        let list = try ClientList(file: folder.file("allowed"))
        #expect(allowed(list) == [.work, nil, nil])
        // As kubelet does it: a new link takes the old one's name.
        try link("..data_tmp", to: "..2")
        #expect(rename(folder.file("..data_tmp").path, folder.file("..data").path) == 0)
        _ = list.refresh()
        #expect(list.refresh() == nil)
        #expect(allowed(list) == [nil, .work, nil])
    }

    @Test func `a list without end is refused`() {
        #expect(throws: KeyFileError.incomplete("/dev/zero", "is longer than 4 MiB")) {
            try ClientList(file: URL(fileURLWithPath: "/dev/zero"))
        }
    }
}
