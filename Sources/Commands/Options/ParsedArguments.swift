package import Settings

/// What a command line says, checked against the command's definition.
package struct ParsedArguments: Sendable {
    package let command: String
    /// What stood without dashes, in order.
    package var arguments: [String] = []
    /// The settings given as options, by key, in order.
    package var settings: [(key: String, value: String)] = []
    private var values: [String: [String]] = [:]

    init(command: String) {
        self.command = command
    }

    mutating func add(_ name: String, _ value: String) {
        values[name, default: []].append(value)
    }

    /// Whether an option was given.
    package func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option; nil if it was not given.
    package func value(_ name: String) -> String? { values[name]?.last }

    /// All values of an option that may be given several times.
    package func values(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option as a whole number; nil if it was not given.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        guard text.utf8.allSatisfy({ $0 == 0x2d || (0x30...0x39).contains($0) }), let number = Int(text),
            range.contains(number)
        else {
            throw UsageError(
                "--\(name) \(text): expected a whole number from \(range.lowerBound) to \(range.upperBound)",
                command: command)
        }
        return number
    }

    /// The value of an option as an id of records or reference data; nil if it was not given.
    func identifier(_ name: String) throws(UsageError) -> Int64? {
        try integer(name, in: Int.min...Int.max).map(Int64.init)
    }

    /// The configuration that `--config`, the environment and the settings among the options describe.
    package func configuration(environment: [String: String]) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader.load(file: value("config"), environment: environment, flags: settings)
    }
}
