// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import WorldModel

/// A row of the table of a run's settings: all that is to be known of a setting but its value.
package struct RunSetting: Sendable {
    /// What gives a setting its value.
    package enum Source: Sendable, Hashable {
        /// An option, or a profile.
        case value
        /// A file that an option names.
        case file
        /// The run's model.
        case model(Agent.Part)
        /// The file of the moments at which dreams begin.
        case dreamStarts

        /// The name of the file in the run's directory whose digest it is.
        var fileName: String? {
            switch self {
            case .value, .file: nil
            case .model(let part): part.fileName
            case .dreamStarts: DreamStarts.fileName
            }
        }
    }

    /// The name of its option, and of its row in the database.
    package let name: String
    package let source: Source
    /// One sentence for people, with the usual value.
    package let help: String
    /// What its option's value is called; nil: as the option.
    package let valueName: String?
    /// What values there are, for messages.
    package let expected: String
    /// Whether a later start may give another value: it does not touch the search.
    package let isFree: Bool
    /// Whether a later start may change what is to come of it, but not what was.
    package let isScheduled: Bool

    /// Takes the value of a text; whether there is one.
    let read: @Sendable (_ text: String, _ settings: inout RunSettings) -> Bool
    /// The value's one written form; nil where there is no value.
    let text: @Sendable (RunSettings) -> String?
    /// Whether a run with the one settings may be continued with the other's value.
    let agree: @Sendable (_ one: RunSettings, _ other: RunSettings, _ generation: Int) -> Bool
    let path: any PartialKeyPath<RunSettings> & Sendable

    /// A row; an asterisk in `help` stands for the usual value.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<RunSettings, Value> & Sendable,
        _ form: SettingForm<Value>, source: Source = .value, isFree: Bool = false,
        valueName: String? = nil, help: String = ""
    ) {
        self.name = name
        self.source = source
        self.valueName = valueName
        self.isFree = isFree
        self.path = path
        expected = form.expected
        isScheduled = form.isScheduled
        read = { text, settings in
            guard let value = form.read(text) else { return false }
            settings[keyPath: path] = value
            return true
        }
        text = { form.write($0[keyPath: path]) }
        agree = { form.agree($0[keyPath: path], $1[keyPath: path], $2) }
        self.help = help.replacing("*", with: form.write(RunSettings()[keyPath: path]) ?? "")
    }

    /// The one written form of what a person wrote; nil where it is no value of this setting.
    package func canonical(_ given: String) -> String? {
        var scratch = RunSettings()
        return read(given, &scratch) ? text(scratch) : nil
    }
}
