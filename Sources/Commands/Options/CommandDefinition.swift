package import Settings

/// What a command is called and takes: parsing, help and completion come from it.
package struct CommandDefinition: Sendable {
    /// One word, or two (`topics create`).
    package let name: String
    /// What it does, in one line.
    package let summary: String
    /// More, for its own help; paragraphs are separated by an empty line.
    package let discussion: String
    package let arguments: [Argument]
    package let options: [Option]
    /// The settings that are options of it too, by their keys: `--kafka.bootstrap_servers localhost:9092`.
    package let settings: [Setting]

    package init(
        _ name: String, _ summary: String, discussion: String = "", arguments: [Argument] = [], options: [Option] = [],
        settings: [Setting] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.settings = settings
    }

    /// The options with `--help` and the settings.
    var allOptions: [Option] {
        options + [.help] + settings.map(Self.option)
    }

    static func option(of setting: Setting) -> Option {
        Option(
            setting.key, value: setting.valueName, isRepeatable: setting.isMap, choices: setting.choices, setting.help)
    }
}

extension Setting {
    /// The values there are, where they are few.
    fileprivate var choices: [String] {
        if allowed == "true or false" { return ["true", "false"] }
        guard allowed.hasPrefix("one of ") else { return [] }
        return allowed.dropFirst("one of ".count).split(separator: ", ").map(String.init)
    }

    fileprivate var valueName: String {
        if isMap { return "NAME=VALUE" }
        return choices.isEmpty ? "VALUE" : choices.joined(separator: "|")
    }

    /// The settings whose keys begin with one of these.
    package static func all(under prefixes: String...) -> [Setting] {
        SettingTable.all.filter { setting in prefixes.contains { setting.key.hasPrefix($0) } }
    }
}
