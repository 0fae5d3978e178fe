import Settings
import Testing

@testable import Commands

@Suite struct OptionParserTests {
    private static let commands = [
        CommandDefinition(
            "run", "Runs.", options: [.config, Option("rate", value: "R", "Rate.")],
            settings: Setting.all(under: "log.", "kafka.properties")),
        CommandDefinition(
            "topics create", "Makes topics.",
            arguments: [Argument("NAME", "Name."), Argument("MORE", isRequired: false, "More.")],
            options: [
                Option("partitions", value: "N", isRequired: true, "Number."), Option("execute", "Acts."),
                Option("topic", value: "T", isRepeatable: true, "Topics."),
                Option("kind", value: "K", choices: ["a", "b"], "Kind."),
            ]),
        CommandDefinition("topics list", "Lists topics."),
        CommandDefinition(
            "say", "Says.", arguments: [Argument("WORD", isRequired: false, isRepeatable: true, "Words.")]),
        CommandDefinition("pick", "Picks.", arguments: [Argument("ONE", choices: ["x", "y"], "One.")]),
    ]

    /// What a command line is read as, in short.
    private func read(_ line: String) -> String {
        let words = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
        do {
            switch try OptionParser(Self.commands).parse(words) {
            case .version: return "version"
            case .help(let command): return "help \(command ?? "-")"
            case .run(let parsed):
                var text = parsed.command
                for name in ["config", "rate", "partitions", "execute", "topic", "kind"] where parsed.has(name) {
                    text += " \(name)=\(parsed.values(name).joined(separator: ","))"
                }
                for (key, value) in parsed.settings { text += " \(key)=\(value)" }
                return ([text] + parsed.arguments).joined(separator: " ")
            }
        } catch {
            return "error: \(error)"
        }
    }

    @Test(arguments: [
        ("", "help -"), ("--help", "help -"), ("-h", "help -"), ("help", "help -"), ("--version", "version"),
        ("help run", "help run"), ("help topics create", "help topics create"), ("help --all", "help -"),
        ("run", "run"), ("run --help", "help run"), ("run -h", "help run"), ("run --nonsense --help", "help run"),
        ("run --rate", "error: --rate needs a value: --rate R (one that begins with -- as --rate=…)"),
        ("run --config f --rate=5", "run config=f rate=5"), ("run --rate=a=b", "run rate=a=b"),
        ("run --rate=", "run rate="),
        ("run --rate -5", "run rate=-5"), ("run --rate -", "run rate=-"), ("run --rate ''", "run rate="),
        ("run --rate --config", "error: --rate needs a value: --rate R (one that begins with -- as --rate=…)"),
        ("run --rate=--config", "run rate=--config"),
        ("run --rate 1 --rate 2", "error: --rate is given twice"),
        ("run --log.level debug --log.level=loud", "run log.level=debug log.level=loud"),
        ("run --kafka.properties a=b --kafka.properties=c=d", "run kafka.properties=a=b kafka.properties=c=d"),
        ("run x", "error: 'x' is one argument too many"), ("run -- --rate", "error: '--rate' is one argument too many"),
        ("run --rat 5", "error: unknown option --rat; did you mean --rate?"),
        ("run --wholly.other", "error: unknown option --wholly.other"),
        ("run -r", "error: unknown option -r"), ("run --", "run"),
        ("run ---rate 1", "error: unknown option ---rate; did you mean --rate?"),
        ("run --help=1", "error: --help takes no value"),
        ("--rate 5 run", "error: unknown option --rate; options of a command stand after its name"),
        (
            "--verson",
            "error: unknown option --verson; did you mean --version?; options of a command stand after its name"
        ),
        ("rnu", "error: unknown command rnu; did you mean run?"), ("wholly", "error: unknown command wholly"),
        ("help rnu", "error: unknown command rnu; did you mean run?"), ("''", "error: unknown command "),
        ("topics", "error: topics: one of topics create, topics list is meant"),
        ("topics creat", "error: topics: one of topics create, topics list is meant"), ("topics list", "topics list"),
        ("topics create n --partitions 3", "topics create partitions=3 n"),
        ("topics create --partitions 3 n m --execute", "topics create partitions=3 execute= n m"),
        ("topics create n", "error: --partitions N is needed"),
        ("topics create --partitions 3", "error: NAME is missing"),
        ("topics create --partitions 3 a b c", "error: 'c' is one argument too many"),
        ("topics create --partitions 3 n --execute=yes", "error: --execute takes no value"),
        ("topics create --partitions 3 n --topic a --topic b", "topics create partitions=3 topic=a,b n"),
        ("topics create --partitions 3 n --kind c", "error: --kind c: expected one of a, b"), ("say", "say"),
        ("say a b -- --c --", "say a b --c --"),
        ("pick x", "pick x"), ("pick z", "error: ONE 'z': expected one of x, y"), ("say - -", "say - -"),
    ])
    func lines(line: String, result: String) {
        #expect(read(line) == result, "\(line)")
    }

    @Test(arguments: [
        ("0", 0), ("5", 5), ("-5", -5), ("6", nil), ("-6", nil), ("", nil), ("1e0", nil), ("+1", nil), ("--1", nil),
        ("٣", nil),
        ("99999999999999999999", nil), ("0x1", nil), ("-", nil), (" 1", nil),
    ])
    func integers(text: String, number: Int?) throws {
        guard case .run(let parsed) = try OptionParser(Self.commands).parse(["run", "--rate=\(text)"]) else {
            Issue.record("no command")
            return
        }
        if let number {
            #expect(try parsed.integer("rate", in: -5...5) == number)
        } else {
            #expect(throws: UsageError.self) { try parsed.integer("rate", in: -5...5) }
        }
        #expect(try parsed.integer("config", in: 0...1) == nil)
    }
}
