// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
import Foundation
import RunStore
package import WorldModel

extension RunSettings {
    /// Settles each setting: what an option gives, else what the run has, else what a profile
    /// gives, else the usual value.
    ///
    /// `given` has what a person asks for and the digests of the models that were found, `stored`
    /// what the run that is there was begun with. What schedules say of generations after `begun`
    /// may change; any other change is a `RunError`, a damaged stored value a
    /// `RunStoreError.badRow`.
    package init(
        given: [String: String], profile: [String: String] = [:],
        stored: [(name: String, value: String)] = [], begun: Int = 0, path: String
    ) throws {
        // A run begun before a setting existed ran with what is now its usual value.
        var kept = RunSettings()
        for (name, text) in stored {
            guard let row = Self.table.first(where: { $0.name == name }) else { continue }
            guard row.read(text, &kept), row.text(kept) == text else {
                throw RunStoreError.badRow(path: path, detail: "the stored \(name) is '\(text)'")
            }
        }
        self = kept
        for row in Self.table {
            guard let text = given[row.name] ?? profile[row.name] else { continue }
            guard row.read(text, &self) else {
                throw RunError.badSetting(
                    setting: row.name, value: text, expected: row.expected)
            }
            guard !stored.isEmpty, !row.isFree, !row.agree(self, kept, begun),
                let old = row.text(kept), let new = row.text(self)
            else { continue }
            if let file = row.source.fileName {
                throw RunError.otherModel(file: "\(path)/\(file)", stored: old, found: new)
            }
            throw RunError.conflict(
                setting: row.name, stored: old, given: new, path: path,
                begun: row.isScheduled ? begun : nil)
        }
    }

    /// The names and written forms of all settings that have a value, in the table's order.
    package var listed: [(name: String, value: String)] { listed { _ in true } }

    /// The names and written forms of the settings that a later start may change, or bring.
    var changeable: [(name: String, value: String)] {
        listed { $0.isFree || $0.isScheduled || $0.source == .dreamStarts }
    }

    /// Whether M dreams any of the generations.
    package var dreams: Bool { dreamShare.values.contains { $0 > 0 } }

    /// The written forms of some settings, where they have a value, as `init(given:…)` takes them.
    package func texts(_ paths: PartialKeyPath<Self>...) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: listed { paths.contains($0.path) }.map { ($0.name, $0.value) })
    }

    private func listed(
        where isIncluded: (RunSetting) -> Bool
    ) -> [(name: String, value: String)] {
        Self.table.filter(isIncluded).compactMap { row in
            row.text(self).map { (name: row.name, value: $0) }
        }
    }

    /// What fixes the number of parameters that are searched for.
    package var shape: ControllerShape {
        ControllerShape(
            inputs: inputs, hiddenUnits: hiddenUnits, mapping: mapping,
            sizes: ModelSizes(latent: latentSize, hidden: hiddenSize))
    }

    /// The settings of a run that starts from a controller: its form and its digest.
    package init(startingFrom controller: ControllerParameters) {
        inputs = controller.inputs
        hiddenUnits = controller.shape.hiddenUnits
        mapping = controller.mapping
        latent = controller.latent
        var bytes = Data()
        bytes.appendLittleEndian(controller.values)
        initialController = SHA256.digest(bytes).hexadecimal
    }
}
