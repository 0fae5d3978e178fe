import Foundation
import ServiceSupport
import Testing
import TradeContracts

@testable import Commands

/// `replay` of files.
@Suite struct ReplayCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let reference = """
        accounts: [{id: 1, balance: 100000, buying_power: 100000}]
        experts:
          - {id: 1, account_id: 1, enter_market_ruleset_id: entry,
             settings: {allow_automated_trade_opening: true, max_virtual_equity_per_instrument_percent: 10}}
        rulesets:
          - id: entry
            rules:
              - name: bullish
                triggers: [{condition: bullish}]
                actions: [{action: buy}]

        """

    /// Events in the envelope as kcat -J prints it, fields that are not ours included (R17).
    private static func line(_ number: Int, symbol: String, action: String = "BUY", partition: Int = 0) -> String {
        let payload =
            #"{\"event_id\":\"e\#(number)\",\"occurred_at\":\"2026-11-23T09:30:00Z\",\"expert_instance_id\":1,"#
            + #"\"use_case\":\"enter_market\",\"recommendations\":[{\"id\":\#(number),\"symbol\":\"\#(symbol)\","#
            + #"\"recommended_action\":\"\#(action)\",\"confidence\":80,\"expected_profit_percent\":5,\"price_at_date\":100,"#
            + #"\"created_at\":\"2026-11-23T09:30:00Z\"}]}"#
        return
            #"{"topic":"analysis.completed","partition":\#(partition),"offset":\#(number),"tstype":"create","ts":1795512600\#(100 + number),"#
            + #""broker":1,"key":"1","payload":"\#(payload)"}"# + "\n"
    }

    private func replay(_ words: String...) async -> CommandLine.Result { await CommandLine.run(["replay"] + words) }

    @Test func kcatLinesReplayAsTheyAre() async throws {
        let reference = try folder.write(name: "reference.yaml", Self.reference)
        let input = try folder.write(
            name: "in",
            Self.line(1, symbol: "AAPL") + Self.line(2, symbol: "MSFT", action: "SELL") + Self.line(3, symbol: "AAPL")
                + #"{"topic":"analysis.completed","partition":1,"offset":7,"ts":5,"key":null,"payload":null}"#)
        let output = folder.file("out")
        let result = await replay("--from-file", input, "--reference", reference, "--to-file", output)
        #expect(result.code == 0 && result.output.isEmpty, "\(result.notes)")
        let lines = folder.text("out").split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].contains(#"{"topic":"trade.orders.created","partition":0,"offset":0,"ts":1795426200000,"#))
        #expect(lines[1].contains(#""topic":"trade.events.skipped","partition":0,"offset":0"#))
        #expect(lines[1].contains("conditions_not_met") && lines[2].contains("existing_transaction"))
        #expect(lines[3].contains(#""topic":"analysis.completed.dlq","partition":0,"offset":0,"ts":5,"#))
        for count in ["records 4", "orders 1", "skips 2", "dead letters 1", "conditions_not_met 1", "tombstone 1"] {
            let words = count.split(separator: " ")
            let found = result.notes.split(separator: "\n").contains { line in
                line.split(separator: " ").map(String.init) == words.map(String.init)
            }
            #expect(found, "\(count)")
        }
        // The same without an output, to standard output, from another number of threads.
        for workers in ["1", "8"] {
            let dry = await replay("--from-file", input, "--reference", reference, "--dry-run", "--workers", workers)
            #expect(dry.code == 0 && dry.digest == result.digest && dry.digest?.count == 64)
        }
    }

    @Test func expectations() async throws {
        let reference = try folder.write(name: "reference.yaml", Self.reference)
        let other = try folder.write(name: "other.yaml", Self.reference.replacing("percent: 10}", with: "percent: 20}"))
        let input = try folder.write(name: "in", (1..<50).map { Self.line($0, symbol: "S\($0)") }.joined())
        let output = folder.file("out")
        _ = await replay("--from-file", input, "--reference", reference, "--to-file", output)
        let same = await replay("--from-file", input, "--reference", reference, "--dry-run", "--expect", output)
        #expect(same.code == 0 && same.output.isEmpty && same.notes.contains("every event has the expected outcome"))
        let changed = await replay("--from-file", input, "--reference", other, "--dry-run", "--expect", output)
        #expect(changed.code == 1)
        #expect(
            changed.output.hasPrefix(
                "event e1\n  recommendation 1 S1: expected order entry BUY 100 market; came order entry BUY 200 market\n"
            ))
        #expect(changed.notes.contains(" events differ"))
        // Replaced by its own comparison.
        let replaced = await replay("--from-file", input, "--reference", other, "--to-file", output, "--expect", output)
        #expect(replaced.code == 1 && replaced.output == changed.output)
        #expect(folder.text("out").contains(#"\"quantity\":200"#))
        let broken = try folder.write(name: "broken", "no record\n")
        let refused = await replay("--from-file", input, "--reference", other, "--dry-run", "--expect", broken)
        #expect(refused.code == 1 && refused.notes.contains("broken: line 1"))
    }

    /// What is no record stops the command with its line, and leaves the output as it was (R17).
    @Test(arguments: ["garbage", "", "[]", #"{"topic":"nowhere","partition":0,"offset":9,"payload":"x"}"#])
    func whatIsNoRecord(_ bad: String) async throws {
        let good = (1..<700).map { Self.line($0, symbol: "S") }.joined()
        let input = try folder.write(name: "in", good + bad + "\n" + Self.line(800, symbol: "S"))
        let output = try folder.write(name: "out", "before")
        let result = await replay("--from-file", input, "--to-file", output)
        #expect(result.code == 1)
        #expect(result.notes.contains("line 700"), "\(result.notes)")
        #expect(folder.text("out") == "before")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["in", "out"])
    }

    @Test(arguments: [
        ("", "--from-file and --topic"), ("--from-file a --topic b --dry-run", "not both"),
        ("--from-file a", "--to-file and --dry-run"), ("--from-file a --to-file b --dry-run", "not both"),
        ("--from-file a --dry-run --max 3", "a range is one of topics"),
        ("--from-file a --dry-run --workers 0", "from 1 to 1024"),
        ("--topic trade.orders.created --dry-run", "no input topic"),
        ("--topic analysis.completed --dry-run", "embedded"),
        (
            "--topic analysis.completed --dry-run --from-offset 1 --from-time x --kafka.bootstrap_servers a:1",
            "is enough"
        ),
        ("--topic analysis.completed --dry-run --from-time yesterday --kafka.bootstrap_servers a:1", "expected a time"),
        ("--topic analysis.completed --dry-run --partition 1,x --kafka.bootstrap_servers a:1", "numbers of partitions"),
        (
            "--topic analysis.completed --dry-run --to-offset -1 --kafka.bootstrap_servers a:1",
            "expected a whole number"
        ),
    ])
    func usage(_ line: String, _ message: String) async {
        let result = await CommandLine.run(["replay"] + line.split(separator: " ").map(String.init))
        #expect(result.code == 64, "\(line)")
        #expect(result.notes.contains(message), "\(line): \(result.notes)")
    }

    @Test func filesThatAreNotThere() async throws {
        #expect(await replay("--from-file", folder.file("none"), "--dry-run").code == 1)
        let input = try folder.write(name: "in", "")
        #expect(await replay("--from-file", input, "--dry-run", "--expect", folder.file("none")).code == 1)
        #expect(await replay("--from-file", input, "--to-file", folder.file("none/out")).code == 1)
        #expect(await replay("--from-file", input, "--dry-run", "--reference", folder.file("none")).code == 78)
        let empty = await replay("--from-file", input, "--to-file", folder.file("out"))
        #expect(empty.code == 0 && folder.text("out").isEmpty)
    }

    /// The settings that decide hold as in the service; the clock is the events' whatever it says.
    @Test func settings() async throws {
        let reference = try folder.write(name: "reference.yaml", Self.reference)
        let configuration = try folder.write(
            name: "config.yaml",
            "clock: wall\norders: {valid_for: null}\nreference: {file: reference.yaml}\n"
                + "kafka: {topics: {analysis_completed: in.events, orders_created: out.orders}}\n")
        let input = try folder.write(
            name: "in", Self.line(1, symbol: "AAPL").replacing("analysis.completed", with: "in.events"))
        _ = reference
        let result = await replay("--from-file", input, "--config", configuration, "--to-file", folder.file("out"))
        #expect(result.code == 0, "\(result.notes)")
        #expect(folder.text("out").contains(#"{"topic":"out.orders","#))
        #expect(folder.text("out").contains(#"\"created_at\":\"2026-11-23T09:30:00.000Z\",\"expires_at\":null"#))
    }
}
