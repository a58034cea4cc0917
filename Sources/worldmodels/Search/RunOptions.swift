// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import RunStore
import Runs
import Search
import WorldModel

/// The options that define a run: one a row of the settings' table that a person may give.
///
/// What is left out is the run's, the profile's or the usual value. ArgumentParser finds a type's
/// options by its mirror and decodes each by its name there, so both follow from the table.
struct RunOptions: ParsableArguments, CustomReflectable {
    /// The written forms of the settings that were given, by name.
    private(set) var given: [String: String] = [:]
    private(set) var pretrained = false
    private(set) var dreams = false
    /// The files that stand for settings, by name.
    private var files: [String: String] = [:]

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let pretrained = Key(stringValue: "pretrained")
        static let dream = Key(stringValue: "dream")
    }

    /// The setting that says which generations M dreams.
    private static let share = "dream-share"

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        for row in RunSettings.table where row.isOption {
            let option = try values.decode(
                Option<String?>.self, forKey: Key(stringValue: row.name))
            if row.source == .file {
                files[row.name] = option.wrappedValue
            } else {
                given[row.name] = option.wrappedValue
            }
        }
        pretrained = try values.decode(Flag<Bool>.self, forKey: .pretrained).wrappedValue
        dreams = try values.decode(Flag<Bool>.self, forKey: .dream).wrappedValue
        // All generations, where nobody says how many.
        if dreams, given[Self.share] == nil { given[Self.share] = "1" }
    }

    var customMirror: Mirror {
        var options: [(label: String?, value: Any)] = RunSettings.table.filter(\.isOption).map {
            let help = ArgumentHelp($0.help, valueName: $0.valueName)
            return ($0.name, Option<String?>(name: .customLong($0.name), help: help))
        }
        options.append(
            (
                Key.pretrained.stringValue,
                Flag(
                    wrappedValue: false,
                    help:
                        "Start a new run from V, M and C of the agent that comes with the program."
                )
            ))
        options.append(
            (
                Key.dream.stringValue,
                Flag(
                    wrappedValue: false,
                    help: .init(
                        "Let M dream the rollouts of all generations, or of --dream-share, instead of"
                            + " driving them; evaluations are driven. M has to be trained with"
                            + " --include-reward.")
                )
            ))
        return Mirror(self, children: options)
    }

    func validate() throws {
        if pretrained && files["initial-controller"] != nil {
            throw ValidationError("give either --pretrained or --initial-controller")
        }
    }

    func profile() throws -> Profile? { try files["profile"].map { try ProfileFiles.load($0) } }

    func startingPoint(of directory: RunDirectory) throws -> StartingPoint {
        if pretrained {
            let agent = try AgentFiles(pretrained: .best)
            return try StartingPoint(agent: RunDirectory(path: agent.directory), given: given)
        }
        return try files["initial-controller"].map {
            try StartingPoint(
                controller: $0, given: given, sizes: RunModels.sizesPresent(in: directory))
        } ?? StartingPoint()
    }
}

extension RunSetting {
    fileprivate var isOption: Bool { source == .value || source == .file }
}
