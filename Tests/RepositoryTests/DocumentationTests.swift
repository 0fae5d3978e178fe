import Foundation
import Settings
import Testing

@testable import Commands

/// What the README and the annotated configuration say is true.
@Suite struct DocumentationTests {
    /// Every line of a code block that calls the program is a command line that it understands.
    @Test func commandsOfTheREADMEExist() throws {
        let parser = OptionParser(Commands.Program.commands.map { $0.definition })
        var seen = 0
        var isCode = false
        for line in try Repository.text(of: "README.md").split(separator: "\n") {
            if line.hasPrefix("```") {
                isCode.toggle()
                continue
            }
            let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
            guard isCode, let first = words.first else { continue }
            if ["deploy/", ".ci/"].contains(where: first.hasPrefix) {
                #expect(
                    FileManager.default.isExecutableFile(atPath: Repository.root.appendingPathComponent(first).path))
            }
            guard first.hasSuffix("trade-manager") else { continue }
            let end = words.firstIndex { ["|", ">", "&"].contains($0) || $0.hasPrefix("<") } ?? words.endIndex
            #expect(throws: Never.self, "\(line)") { try parser.parse(Array(words[1..<end])) }
            seen += 1
        }
        #expect(seen > 0)
    }

    @Test func everyCommandIsInTheREADME() throws {
        let text = try Repository.text(of: "README.md")
        for command in Commands.Program.commands {
            #expect(text.contains("| `\(command.definition.name)`"), "README lacks \(command.definition.name)")
        }
    }

    @Test func theTableOfSettingsIsThatOfTheCode() throws {
        let expected = SettingTable.all.map { setting in
            let value = setting.target == setting.key ? "`\(setting.text(Configuration()))`" : ""
            return
                "| `\(setting.key)` | \(value) | \(setting.allowed) | `\(setting.environmentName)` | \(setting.help) |"
        }
        let lines = try Repository.text(of: "README.md").split(separator: "\n").map(String.init)
        let table = lines.filter { $0.contains("`TRADE_MANAGER_") && $0.hasPrefix("| `") }
        for line in expected where !table.contains(line) { Issue.record("missing: \(line)") }
        for line in table where !expected.contains(line) { Issue.record("no longer so: \(line)") }
        #expect(table.map { $0.prefix(40) } == expected.map { $0.prefix(40) }, "the order is that of the code")
    }

    @Test func theREADMENamesTheRefusedProperties() throws {
        let text = try Repository.text(of: "README.md")
        for name in KafkaProperties.refused.keys { #expect(text.contains("`\(name)`"), "README lacks \(name)") }
    }

    /// The annotated file writes out every default, and only defaults.
    @Test func theAnnotatedConfigurationIsTheDefault() throws {
        let path = Repository.root.appendingPathComponent("config/trade-manager.yaml").path
        let configuration = try ConfigurationLoader.load(file: path, environment: [:])
        for setting in SettingTable.all {
            #expect(setting.text(configuration) == setting.text(Configuration()), "\(setting.key)")
            guard setting.target == setting.key else { continue }
            guard case .file = setting.source(configuration) else {
                Issue.record("\(setting.key) is missing")
                continue
            }
        }
    }
}
