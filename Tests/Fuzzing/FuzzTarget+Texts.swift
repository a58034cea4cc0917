// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
import EvolutionStrategies
import Foundation
import Rollouts
import Search
import TestSupport

extension FuzzTarget {
    private static let key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
    private static let secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

    /// Settings as JSON, keys and lists of clients, addresses, and lines of an ask-and-tell session.
    static let texts: [FuzzTarget] = [
        FuzzTarget("profile", expects: { $0 is ProfileError }) {
            [Array(#"{"pop-size": 64, "n-samples": "4,8@50", "sigma": 0.1}"#.utf8)]
        } read: {
            _ = try Profile(Data($0), path: "fuzz.json")
        },
        FuzzTarget("settings", expects: { $0 is DecodingError }) {
            [
                Array(try JSONEncoder().encode(RolloutSettings())),
                Array(try RecordingSettings(policy: .brownian).encoded()),
            ]
        } read: { bytes in
            let data = Data(bytes)
            if let settings = try? JSONDecoder().decode(RecordingSettings.self, from: data) {
                let again = try JSONDecoder().decode(
                    RecordingSettings.self, from: settings.encoded())
                precondition(again == settings, "\(again)")
            } else {
                let settings = try JSONDecoder().decode(RolloutSettings.self, from: data)
                let again = try JSONDecoder().decode(
                    RolloutSettings.self, from: JSONEncoder().encode(settings))
                precondition(again == settings, "\(again)")
            }
        },
        FuzzTarget("key-file", expects: { $0 is KeyFileError }) {
            [Array("# a comment\npublic \(key)\nsecret \(secret)\n".utf8)]
        } read: {
            try withFile($0) { file in
                _ = try? KeyFile.readPublic(at: file)
                _ = try KeyFile.readPair(at: file)
            }
        },
        FuzzTarget("client-list", expects: { $0 is KeyFileError }) {
            [Array("\(key)\npublic \(secret) look\n".utf8)]
        } read: {
            try withFile($0) { _ = try ClientList(file: $0) }
        },
        FuzzTarget("endpoint", expects: { $0 is TransportError }) {
            [Array("tcp://[::1]:5555".utf8), Array("tcp://host.example:1".utf8)]
        } read: {
            let text = String(decoding: $0, as: UTF8.self)
            let errors = [false, true].compactMap { binding -> TransportError? in
                do throws(TransportError) {
                    let endpoint = try Endpoint(parsing: text, binding: binding)
                    _ = (endpoint.isLoopback, endpoint.isWildcard)
                    let again = try? Endpoint(parsing: "\(endpoint)", binding: binding)
                    precondition(again == endpoint, "\(endpoint)")
                    return nil
                } catch {
                    return error
                }
            }
            if errors.count == 2 { throw errors[0] }
        },
        FuzzTarget("ask-tell", expects: { $0 is AskTellLineError || $0 is EvolutionStrategyError })
        {
            [Array("{\"inject\":[[1,2]]}\n{\"tell\":[1,2,3,null]}\n{\"tell\":[4,3,2,1]}".utf8)]
        } read: {
            var session = AskTellSession(
                try RestartingSearch(
                    .init(
                        strategy: .init(initialMean: [0, 0], initialSigma: 1, population: 4),
                        maximumRestarts: 1)))
            _ = try session.nextLine()
            for line in String(decoding: $0, as: UTF8.self).split(separator: "\n").prefix(64)
            where !session.isOver {
                if try session.receive(String(line)) { _ = try session.nextLine() }
            }
        },
    ]

    /// Has a file read that is its owner's alone.
    private static func withFile(_ bytes: [UInt8], _ read: (URL) throws -> Void) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("fuzz.key")
        _ = FileManager.default.createFile(
            atPath: file.path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        try read(file)
    }
}
