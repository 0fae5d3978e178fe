/// Scripts that complete command lines in a shell.
enum Completions {
    /// For bash: `source <(trade-manager completions bash)`.
    static func bash(_ commands: [CommandDefinition]) -> String {
        var text = """
            # Completion of trade-manager for bash.
            _trade_manager() {
              local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=""
              if ((COMP_CWORD == 1)); then
                mapfile -t COMPREPLY < <(compgen -W '\(words(commands))' -- "$current")
                return
              fi
              command=${COMP_WORDS[1]}
              case "$command $previous" in

            """
        for command in commands {
            for option in command.allOptions where option.value != nil {
                let name = "'\(head(command)) --\(option.name)'"
                if option.isFile {
                    text += "    \(name)) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n"
                } else if !option.choices.isEmpty {
                    let choices = option.choices.joined(separator: " ")
                    text +=
                        "    \(name)) mapfile -t COMPREPLY < <(compgen -W '\(choices)' -- \"$current\"); return ;;\n"
                }
            }
        }
        text += "  esac\n  case \"$command\" in\n"
        for (head, group) in grouped(commands) {
            let words = candidates(group).joined(separator: " ")
            text += "    \(head)) mapfile -t COMPREPLY < <(compgen -W '\(words)' -- \"$current\") ;;\n"
        }
        return text + "  esac\n}\ncomplete -o default -F _trade_manager trade-manager\n"
    }

    /// For zsh: `trade-manager completions zsh > "${fpath[1]}/_trade-manager"`.
    static func zsh(_ commands: [CommandDefinition]) -> String {
        var text =
            "#compdef trade-manager\n# Completion of trade-manager for zsh.\n_trade_manager() {\n  local -a commands\n  commands=(\n"
        for (head, group) in grouped(commands) {
            text += "    '\(head):\(quoted(group.map(\.summary).joined(separator: " ")))'\n"
        }
        text +=
            "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n"
        for (head, group) in grouped(commands) {
            text += "    \(head))\n      _arguments \\\n"
            for option in unique(group.flatMap(\.allOptions)) {
                let help = quoted(option.help).replacing("[", with: "\\[").replacing("]", with: "\\]")
                let star = option.isRepeatable ? "*" : ""
                let action =
                    option.isFile
                    ? "_files" : option.choices.isEmpty ? " " : "(\(option.choices.joined(separator: " ")))"
                let value = option.value.map { ":\(quoted($0).replacing(":", with: "\\:")):\(action)" } ?? ""
                text += "        '\(star)--\(option.name)[\(help)]\(value)' \\\n"
            }
            let words = candidates(group).filter { !$0.hasPrefix("--") }
            text += "        '*: :\(words.isEmpty ? "_files" : "(\(words.joined(separator: " ")))")'\n      ;;\n"
        }
        return text + "  esac\n}\n_trade_manager \"$@\"\n"
    }

    private static func head(_ command: CommandDefinition) -> String {
        String(command.name.prefix { $0 != " " })
    }

    private static func words(_ commands: [CommandDefinition]) -> String {
        (grouped(commands).map(\.0) + ["help", "--help", "--version"]).joined(separator: " ")
    }

    /// The commands by their first word, in order.
    private static func grouped(_ commands: [CommandDefinition]) -> [(String, [CommandDefinition])] {
        var groups: [(String, [CommandDefinition])] = []
        for command in commands {
            if let index = groups.firstIndex(where: { $0.0 == head(command) }) {
                groups[index].1.append(command)
            } else {
                groups.append((head(command), [command]))
            }
        }
        return groups
    }

    /// What may stand after the first word.
    private static func candidates(_ group: [CommandDefinition]) -> [String] {
        let second = group.compactMap { $0.name.split(separator: " ").dropFirst().first.map(String.init) }
        let choices = group.flatMap(\.arguments).flatMap(\.choices)
        return second + choices + unique(group.flatMap(\.allOptions)).map { "--" + $0.name }
    }

    private static func unique(_ options: [Option]) -> [Option] {
        var seen: Set<String> = []
        return options.filter { seen.insert($0.name).inserted }
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("'", with: "'\\''")
    }
}
