// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Basics
import Foundation
import TerminalOutput

/// A file in which a coordinator says where it is: what a worker needs, and no secret.
struct AddressFile: Codable, Equatable {
    /// What the coordinator is doing.
    enum State: String, Codable {
        /// It listens, or has ended without a word.
        case running
        /// It was told to stop, and will return.
        case paused
        /// There is nothing left to do.
        case finished
        /// It cannot go on until somebody has set that right.
        case failed
    }

    /// What the file is; another one is not overwritten.
    var kind = Self.kind
    var state: State
    /// The run's identifier; nil while it is being prepared.
    var run: String?
    /// tcp://HOST:PORT, the one that most can use first.
    var addresses: [String]
    /// The coordinator's public key; nil where it talks in the clear.
    var publicKey: String?

    private static let kind = "worldmodels coordinator"

    enum CodingKeys: String, CodingKey {
        case kind, state, run, addresses
        case publicKey = "public_key"
    }

    init(run: String?, addresses: [String], publicKey: String?) {
        state = .running
        self.run = run
        self.addresses = addresses
        self.publicKey = publicKey
    }

    /// Reads a file.
    ///
    /// - Throws: `InputError` where it is missing, or is none.
    init(reading path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw InputError(
                isThere
                    ? "\(path) cannot be read"
                    : "\(path) is not there: no coordinator wrote it yet")
        }
        guard let file = try? JSONDecoder().decode(Self.self, from: data), file.kind == Self.kind,
            !file.addresses.isEmpty
        else { throw InputError("\(path) is no file of a coordinator's address") }
        self = file
    }

    /// Writes the file whole.
    ///
    /// - Throws: `InputError` where something else is there; `FileError`.
    func write(to path: String) throws {
        if FileManager.default.fileExists(atPath: path) {
            do {
                _ = try Self(reading: path)
            } catch {
                throw InputError(
                    "--address-file: \(error), so it is not overwritten; remove it or give another")
            }
        }
        let text = try jsonText(of: self, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        try AtomicFile.write(Data((text + "\n").utf8), to: URL(fileURLWithPath: path))
    }

    /// Says in the file that the coordinator has ended, unless another one has it by now.
    func mark(_ state: State, at path: String) throws {
        guard let present = try? Self(reading: path), present == self else { return }
        var file = self
        file.state = state
        try file.write(to: path)
    }
}
