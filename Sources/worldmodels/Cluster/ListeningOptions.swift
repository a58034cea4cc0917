// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterTransport
import Foundation
import RolloutServer

/// Where a program listens for workers, and how they get to know.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: .init(
            """
            Where to listen for workers: an address or a name of this host, * for all its IPv4 \
            addresses, [::] for all; the port * takes a free one.
            """, valueName: "tcp://host:port"))
    var bind: String?

    @Option(
        help: .init(
            """
            The address that workers are told, where it is another one than this host knows (NAT, a \
            published port); may be given several times; the port * is the one that is listened on.
            """, valueName: "tcp://host:port"))
    var advertise: [String] = []

    @Option(
        help: .init(
            """
            Write the address and the public key here for workers with --coordinator-file, whole or not \
            at all; at the end it says whether the run is finished.
            """, valueName: "file"))
    var addressFile: String?

    /// Whether any of them was given.
    var isGiven: Bool { bind != nil || !advertise.isEmpty || addressFile != nil }

    func validate() throws {
        if let bind { _ = try Self.endpoint(bind, of: "--bind") }
        for text in advertise where try Self.endpoint(text, of: "--advertise").isWildcard {
            throw ValidationError("--advertise \(text): names no host to connect to")
        }
    }

    private static func endpoint(_ text: String, of option: String) throws -> Endpoint {
        do {
            return try Endpoint(parsing: text, binding: true)
        } catch {
            throw ValidationError("\(option) \(error)")
        }
    }
}

/// What people and workers are told of a program that listens.
struct Announcement {
    /// The options that it was started with.
    let options: ListeningOptions
    let security: ServerSecurityOptions
    /// Where workers connect to, the one that most can use first.
    let endpoints: [Endpoint]
    private var file: AddressFile
    /// What workers are given beside.
    private let workerOptions: [String]

    /// Finds out what to tell, and writes the address's file where it is wanted.
    ///
    /// - Parameters:
    ///   - address: What is listened on.
    ///   - run: The run's identifier; nil while it is being prepared.
    ///   - options: How workers are to find it.
    ///   - security: The keys.
    ///   - publicKey: The server's; nil where it talks in the clear.
    ///   - workerOptions: What workers are given beside where it is, as a shell takes it.
    /// - Throws: `InputError`, `FileError`: the file cannot be written.
    init(
        of address: String, run: String?, options: ListeningOptions,
        security: ServerSecurityOptions, publicKey: String?, workerOptions: [String] = []
    ) throws {
        self.workerOptions = workerOptions
        let bound = try Endpoint(parsing: address, binding: false)
        self.options = options
        self.security = security
        let advertised = try options.advertise.map { text in
            let endpoint = try Endpoint(parsing: text, binding: true)
            return Endpoint(host: endpoint.host, port: endpoint.port ?? bound.port)
        }
        endpoints = advertised.isEmpty ? LocalAddresses.endpoints(leadingTo: bound) : advertised
        file = AddressFile(
            run: run, addresses: endpoints.map(\.description), publicKey: publicKey)
        if let path = options.addressFile { try file.write(to: path) }
        isForThisHostAlone = bound.isWildcard && endpoints.allSatisfy(\.isLoopback)
    }

    /// Whether all interfaces were asked for, and there is none but loopback.
    private let isForThisHostAlone: Bool

    /// The command that workers are started with.
    var command: String {
        var words = ["worldmodels", "worker"]
        if let file = options.addressFile {
            words += ["--coordinator-file", Self.quoted(file)]
        } else {
            words += ["--connect", Self.quoted(endpoints.first.map { "\($0)" } ?? "")]
        }
        if let key = security.key {
            words += ["--key", "WORKER.key"]
            if options.addressFile == nil {
                words += [
                    "--server-key",
                    Self.quoted(KeyFile.publicURL(of: URL(fileURLWithPath: key)).relativePath),
                ]
            }
        } else if !endpoints.allSatisfy(\.isLoopback) {
            words.append("--insecure")
        }
        words += workerOptions
        return words.joined(separator: " ")
    }

    /// What else people should know, a line each.
    var remarks: [String] {
        var remarks: [String] = []
        if options.addressFile == nil, endpoints.count > 1 {
            let others = endpoints.dropFirst().map(\.description).joined(separator: ", ")
            remarks.append("other addresses of this host: \(others)")
        }
        if isForThisHostAlone {
            remarks.append(
                "warning: this host has no address but loopback: workers on other hosts cannot reach it"
            )
        }
        return remarks
    }

    /// Says in the address's file which run it is, once that is known.
    mutating func name(run: String) throws {
        file.run = run
        if let path = options.addressFile { try file.write(to: path) }
    }

    /// Says in the address's file how the program has ended.
    func mark(_ state: AddressFile.State) throws {
        if let path = options.addressFile { try file.mark(state, at: path) }
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:+@,%=".contains($0) }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
