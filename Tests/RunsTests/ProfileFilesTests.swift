// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Runs
import Search
import TestSupport
import Testing

struct ProfileFilesTests {
    @Test func `a name is looked for in the places in their order, a path is taken as it is`()
        throws
    {
        let space = try TemporaryDirectory()
        for (place, size) in [("one", 8), ("two", 16)] {
            try FileManager.default.createDirectory(
                at: space.file(place), withIntermediateDirectories: true)
            try Data("{\"pop-size\": \(size)}".utf8).write(to: space.file("\(place)/own.json"))
        }
        let places = ["none", "two", "one"].map { space.file($0).path }
        #expect(
            try ProfileFiles.load("own", places: places).settings == ["pop-size": "16"])
        let path = space.file("one/own.json").path
        #expect(try ProfileFiles.load(path, places: []).settings == ["pop-size": "8"])
        let plain = space.file("one/plain")
        try Data("{}".utf8).write(to: plain)
        #expect(try ProfileFiles.load(plain.path, places: []).name == "plain")
        #expect(
            throws: ProfileError.missing(name: "no", searched: places.map { "\($0)/no.json" })
        ) {
            try ProfileFiles.load("no", places: places)
        }
    }
}
