import Foundation
import Settings
import Telemetry
import Testing

@testable import Commands

/// The program as one calls it: output, messages, exit codes.
@Suite struct ProgramTests {
    private final class Written: Sendable {
        let output = Lock("")
        let notes = Lock("")
    }

    private func run(_ line: String, environment: [String: String] = [:]) -> (
        code: Int32, output: String, notes: String
    ) {
        let written = Written()
        let context = CommandContext(
            environment: environment, output: { text in written.output.withLock { $0 += text } },
            note: { text in written.notes.withLock { $0 += text + "\n" } })
        let words = ["trade-manager"] + line.split(separator: " ").map(String.init)
        let code = Program.main(words, context)
        return (code, written.output.withLock { $0 }, written.notes.withLock { $0 })
    }

    @Test(arguments: [
        ("", 0), ("--version", 0), ("--help", 0), ("help run", 0), ("check", 0), ("check --settings", 0), ("chekc", 64),
        ("run --x", 64),
        ("run --clock sun", 78), ("check --config /nowhere", 78), ("completions fish", 64), ("completions bash", 0),
        ("emit", 64),
        ("emit --file a --generate 1", 64),
    ])
    func exitCodes(line: String, code: Int32) {
        let result = run(line)
        #expect(result.code == code, "\(line)")
        #expect(result.output.isEmpty == (code != 0), "\(line)")
        #expect(result.notes.isEmpty == (code == 0), "\(line)")
    }

    @Test func messages() {
        #expect(
            run("run --clok wall").notes
                == "trade-manager: unknown option --clok; did you mean --clock?\nSee trade-manager run --help.\n")
        #expect(
            run("rum").notes == "trade-manager: unknown command rum; did you mean run?\nSee trade-manager --help.\n")
        let both = run("check --clock sun --log.level loud", environment: ["TRADE_MANAGER_X": "1"])
        #expect(
            both.notes == """
                trade-manager: TRADE_MANAGER_X: unknown variable (value: 1)
                trade-manager: --clock: sun is not allowed; expected one of wall, event
                trade-manager: --log.level: loud is not allowed; expected one of trace, debug, info, notice, warning, error, critical

                """)
    }

    @Test func checkListsEverySettingWithItsSource() {
        let lines = run("check --settings --clock=event", environment: ["TRADE_MANAGER_LOCKS_WAIT": "2"]).output.split(
            separator: "\n")
        #expect(lines.count == SettingTable.all.count - 1)
        #expect(
            lines.contains("clock: event  # --clock") && lines.contains("locks.wait: 2  # TRADE_MANAGER_LOCKS_WAIT"))
        #expect(lines.contains("log.level: info  # default"))
    }

    /// Every command's help names everything that it takes, in lines that fit.
    @Test func helpIsComplete() {
        let all = run("--help").output
        for definition in Program.commands.map({ $0.definition }) {
            #expect(all.contains("  \(definition.name) "), "\(definition.name)")
            let help = run("\(definition.name) --help").output
            for option in definition.allOptions { #expect(help.contains("  --\(option.name)"), "\(option.name)") }
            for argument in definition.arguments { #expect(help.contains("  \(argument.name)")) }
            for line in help.split(separator: "\n") where !line.hasPrefix("usage:") {
                #expect(line.count <= 100, "\(line)")
            }
            #expect(Set(definition.allOptions.map(\.name)).count == definition.allOptions.count, "\(definition.name)")
        }
    }

    /// The levels of the configuration are those of the logger.
    @Test func levelsAndFormatsMeet() {
        #expect(LogSettings.Level.allCases.map(\.rawValue) == LogLevel.allCases.map(\.rawValue))
        #expect(LogSettings.Format.allCases.map(\.rawValue) == LogFormat.allCases.map(\.rawValue))
    }
}
