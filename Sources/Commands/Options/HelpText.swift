import Settings

/// The help of the program and of each command.
enum HelpText {
    private static let width = 100
    private static let program = "trade-manager"

    /// What `--help` of the program prints.
    static func text(of commands: [CommandDefinition]) -> String {
        var text = """
            Reads analysis-completed events from Kafka, decides with the trade manager's rules, and publishes
            orders and skips: nothing is lost, nothing happens twice, experts never wait for each other.

            usage: \(program) COMMAND [OPTIONS]


            """
        text += section("Commands", commands.map { ($0.name, $0.summary) })
        text += section(
            "Options", [("--help", "Shows this help; after a command its own."), ("--version", "Shows the version.")])
        return text + "Exit codes: 0 done, 1 a difference or a failure found, 64 bad usage, 78 bad configuration.\n"
    }

    /// What `--help` of a command prints.
    static func text(of command: CommandDefinition) -> String {
        var text = wrapped(command.summary, indent: 0) + "\n\nusage: \(usage(of: command))\n\n"
        if !command.discussion.isEmpty {
            for paragraph in command.discussion.split(separator: "\n\n") {
                text += wrapped(String(paragraph), indent: 0) + "\n\n"
            }
        }
        text += section("Arguments", command.arguments.map { ($0.name, help($0.help, $0.choices)) })
        text += section("Options", (command.options + [.help]).map { (spelled($0), help($0.help, $0.choices)) })
        text += section(
            "Settings (each overrides its environment variable and the configuration file)",
            command.settings.map { setting in
                let option = CommandDefinition.option(of: setting)
                let range = option.choices.isEmpty ? "\(setting.allowed); " : ""
                return (spelled(option), "\(setting.help) [\(range)default: \(setting.text(Configuration()))]")
            })
        return text
    }

    /// The first line of a command's help: what it takes, in short.
    static func usage(of command: CommandDefinition) -> String {
        var parts = [program, command.name]
        for option in command.options {
            let repeated = option.isRepeatable ? "…" : ""
            parts.append(option.isRequired ? spelled(option) + repeated : "[\(spelled(option))]" + repeated)
        }
        if !command.settings.isEmpty { parts.append("[--KEY VALUE]…") }
        for argument in command.arguments {
            let name = argument.name + (argument.isRepeatable ? "…" : "")
            parts.append(argument.isRequired ? name : "[\(name)]")
        }
        return parts.joined(separator: " ")
    }

    private static func spelled(_ option: Option) -> String {
        "--\(option.name)\(option.value.map { " \($0)" } ?? "")"
    }

    private static func help(_ help: String, _ choices: [String]) -> String {
        choices.isEmpty ? help : "\(help) [\(choices.joined(separator: ", "))]"
    }

    /// Two columns; where the left one is long, the right one begins in the next line.
    private static func section(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let indent = min((rows.map(\.0.count).max() ?? 0) + 4, 34)
        var text = "\(title):\n"
        for (left, right) in rows {
            let body = wrapped(right, indent: indent)
            let isShort = left.count + 4 <= indent
            text += "  " + left
            text +=
                isShort
                ? String(repeating: " ", count: indent - 2 - left.count) : "\n" + String(repeating: " ", count: indent)
            text += body + "\n"
        }
        return text + "\n"
    }

    /// Text broken into lines; the first has no indent.
    private static func wrapped(_ text: String, indent: Int) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty, line.count + 1 + word.count > width - indent {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
