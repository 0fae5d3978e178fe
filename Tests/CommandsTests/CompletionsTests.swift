import Foundation
import Testing

@testable import Commands

@Suite struct CompletionsTests {
    private static let definitions = Program.commands.map { $0.definition }

    @Test(arguments: [
        ("ru", "run"), ("comp", "completions"), ("topics c", "create"), ("run --clo", "--clock"),
        ("run --log.format ", "text json"), ("run --log.format j", "json"), ("completions ", "bash zsh --help"),
        ("emit --ge", "--generate"),
        ("nonsense --x", ""),
    ])
    func bashCompletes(line: String, candidates: String) throws {
        let words = (["trade-manager"] + line.split(separator: " ", omittingEmptySubsequences: false).map(String.init))
        let script =
            Completions.bash(Self.definitions) + "COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))\n"
            + "COMP_CWORD=\(words.count - 1)\n_trade_manager\necho \"${COMPREPLY[*]}\"\n"
        #expect(try bash(script) == candidates)
    }

    @Test func bashCompletesEveryCommand() throws {
        let heads = Self.definitions.map { String($0.name.prefix { $0 != " " }) }
        let script =
            Completions.bash(Self.definitions) + "COMP_WORDS=(trade-manager '')\nCOMP_CWORD=1\n_trade_manager\n"
        let candidates = try bash(script + "echo \"${COMPREPLY[*]}\"\n").split(separator: " ").map(String.init)
        #expect(candidates.count == Set(candidates).count)
        #expect(Set(candidates) == Set(heads + ["help", "--help", "--version"]))
    }

    @Test func zshNamesEverything() throws {
        let script = Completions.zsh(Self.definitions)
        #expect(script.hasPrefix("#compdef trade-manager\n"))
        for definition in Self.definitions {
            #expect(script.contains("    \(definition.name.prefix { $0 != " " }))\n"))
            for option in definition.allOptions { #expect(script.contains("--\(option.name)[")) }
        }
        // Quotes are balanced: what a line opens it closes.
        for line in script.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.replacing("'\\''", with: "").count { $0 == "'" }.isMultiple(of: 2), "\(line)")
        }
    }

    private func bash(_ script: String) throws -> String {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-euo", "pipefail"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .newlines)
    }
}
