// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterTransport
import Foundation

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make the keys with which coordinator and workers know each other.",
        subcommands: [Create.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key pair: NAME.key, for its owner alone, and NAME.public.")

        @Argument(help: "The files' name without extension, such as coordinator or worker.")
        var name: String

        func run() throws {
            let url = URL(fileURLWithPath: name).appendingPathExtension("key")
            let key = try KeyFile.create(at: url)
            print("\(url.relativePath): the secret key, readable by you alone")
            print("\(KeyFile.publicURL(of: url).relativePath): \(key)")
        }
    }
}
