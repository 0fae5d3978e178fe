import Settings

/// Reads command lines by the definitions of the commands.
package struct OptionParser: Sendable {
    /// What a command line asks for.
    package enum Result: Sendable {
        case run(ParsedArguments)
        /// Help on a command, or on all.
        case help(String?)
        case version
    }

    private let commands: [CommandDefinition]

    package init(_ commands: [CommandDefinition]) {
        self.commands = commands
    }

    /// Reads a command line, without the name of the program.
    package func parse(_ arguments: [String]) throws(UsageError) -> Result {
        guard let first = arguments.first else { return .help(nil) }
        switch first {
        case "--version": return .version
        case "--help", "-h": return .help(nil)
        case "help": return .help(try helpTopic(arguments.dropFirst()))
        default: break
        }
        if first.hasPrefix("-") {
            let nearest = NearestName.of(first, among: ["--help", "--version"])
            throw UsageError("unknown option \(first)\(hint(nearest)); options of a command stand after its name")
        }
        let (command, words) = try find(arguments)
        return try parse(Array(arguments.dropFirst(words)), of: command)
    }

    private func helpTopic(_ words: ArraySlice<String>) throws(UsageError) -> String? {
        guard !words.isEmpty, let first = words.first, !first.hasPrefix("-") else { return nil }
        return try find(Array(words)).command.name
    }

    private func find(_ arguments: [String]) throws(UsageError) -> (command: CommandDefinition, words: Int) {
        for words in [2, 1] where arguments.count >= words {
            let name = arguments.prefix(words).joined(separator: " ")
            if let command = commands.first(where: { $0.name == name }) { return (command, words) }
        }
        let first = arguments.first ?? ""
        let under = commands.map(\.name).filter { $0.hasPrefix(first + " ") }
        guard under.isEmpty else {
            throw UsageError("\(first): one of \(under.joined(separator: ", ")) is meant")
        }
        let nearest = NearestName.of(first, among: commands.map(\.name) + ["help"])
        throw UsageError("unknown command \(first)\(hint(nearest))")
    }

    private func parse(_ arguments: [String], of command: CommandDefinition) throws(UsageError) -> Result {
        let options = command.allOptions
        let settings = Set(command.settings.map(\.key))
        var parsed = ParsedArguments(command: command.name)
        var rest = arguments[...]
        var firstError: UsageError?
        while let word = rest.popFirst() {
            if word == "--" {
                parsed.arguments += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                parsed.arguments.append(word)
                continue
            }
            if word == "-h" || word == "--help" { return .help(command.name) }
            do throws(UsageError) {
                let (option, value) = try read(word, &rest, options, command)
                if settings.contains(option.name) {
                    parsed.settings.append((option.name, value))
                } else {
                    guard option.isRepeatable || !parsed.has(option.name) else {
                        throw UsageError("--\(option.name) is given twice", command: command.name)
                    }
                    parsed.add(option.name, value)
                }
            } catch {
                // Help may still be asked for further on.
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        try check(parsed, command)
        return .run(parsed)
    }

    private func read(
        _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option], _ command: CommandDefinition
    ) throws(UsageError) -> (Option, String) {
        let equals = word.firstIndex(of: "=")
        let spelled = String(word[..<(equals ?? word.endIndex)])
        guard spelled.hasPrefix("--"), let option = options.first(where: { "--" + $0.name == spelled }) else {
            let nearest = NearestName.of(spelled, among: options.map { "--" + $0.name })
            throw UsageError("unknown option \(spelled)\(hint(nearest))", command: command.name)
        }
        guard let valueName = option.value else {
            guard equals == nil else { throw UsageError("\(spelled) takes no value", command: command.name) }
            return (option, "")
        }
        let value: String
        if let equals {
            value = String(word[word.index(after: equals)...])
        } else if let next = rest.first, !next.hasPrefix("--") {
            value = next
            rest.removeFirst()
        } else {
            throw UsageError(
                "\(spelled) needs a value: \(spelled) \(valueName) (one that begins with -- as \(spelled)=…)",
                command: command.name)
        }
        // The values of settings are judged with the rest of the configuration.
        let isSetting = command.settings.contains { $0.key == option.name }
        guard isSetting || option.choices.isEmpty || option.choices.contains(value) else {
            let choices = option.choices.joined(separator: ", ")
            throw UsageError("\(spelled) \(value): expected one of \(choices)", command: command.name)
        }
        return (option, value)
    }

    private func check(_ parsed: ParsedArguments, _ command: CommandDefinition) throws(UsageError) {
        if let missing = command.options.first(where: { $0.isRequired && !parsed.has($0.name) }) {
            throw UsageError("--\(missing.name) \(missing.value ?? "") is needed", command: command.name)
        }
        let required = command.arguments.filter(\.isRequired)
        if parsed.arguments.count < required.count {
            throw UsageError("\(required[parsed.arguments.count].name) is missing", command: command.name)
        }
        let takesAll = command.arguments.last?.isRepeatable == true
        if !takesAll, parsed.arguments.count > command.arguments.count {
            let extra = parsed.arguments[command.arguments.count]
            throw UsageError("'\(extra)' is one argument too many", command: command.name)
        }
        for (argument, value) in zip(command.arguments, parsed.arguments)
        where !argument.choices.isEmpty && !argument.choices.contains(value) {
            let choices = argument.choices.joined(separator: ", ")
            throw UsageError("\(argument.name) '\(value)': expected one of \(choices)", command: command.name)
        }
    }

    private func hint(_ nearest: String?) -> String {
        nearest.map { "; did you mean \($0)?" } ?? ""
    }
}
