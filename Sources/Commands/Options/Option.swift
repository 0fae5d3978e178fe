/// One option of a command: `--name VALUE`, `--name=VALUE`, or `--name` alone.
package struct Option: Sendable {
    /// Without the dashes.
    package let name: String
    /// How help calls its value; nil: it takes none.
    package let value: String?
    package let help: String
    package let isRequired: Bool
    /// Whether it may be given several times.
    package let isRepeatable: Bool
    /// The values there are, where they are few: for completion and for the check.
    package let choices: [String]
    /// What its value completes to.
    package let isFile: Bool

    package init(
        _ name: String, value: String? = nil, isRequired: Bool = false, isRepeatable: Bool = false,
        choices: [String] = [], isFile: Bool = false, _ help: String
    ) {
        self.name = name
        self.value = value
        self.help = help
        self.isRequired = isRequired
        self.isRepeatable = isRepeatable
        self.choices = choices
        self.isFile = isFile
    }

    /// Every command has it.
    static let help = Option("help", "Shows this help.")
    /// Every command that reads the configuration has it.
    package static let config = Option("config", value: "FILE", isFile: true, "The configuration file, YAML.")
}
