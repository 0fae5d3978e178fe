/// What stands on the command line without dashes.
package struct Argument: Sendable {
    /// How help calls it, in capitals.
    package let name: String
    package let help: String
    package let isRequired: Bool
    /// Whether it takes all that is left.
    package let isRepeatable: Bool
    package let choices: [String]

    package init(
        _ name: String, isRequired: Bool = true, isRepeatable: Bool = false, choices: [String] = [], _ help: String
    ) {
        self.name = name
        self.help = help
        self.isRequired = isRequired
        self.isRepeatable = isRepeatable
        self.choices = choices
    }
}
