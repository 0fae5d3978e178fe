import Commands
import ServiceSupport
import Support
import Testing
import TradeContracts

extension Integration {
    /// `dead-letters` on what a service could not read.
    @Suite struct RedriveServiceTests {
        private func deadLetters(_ harness: ServiceHarness, _ words: String...) async throws -> CommandLine.Result {
            let file = try harness.folder.write(harness.configurationFile(), to: "dead.yaml")
            return await CommandLine.run(["dead-letters", words[0], "--config", file] + words.dropFirst())
        }

        @Test(
            "What can be read now is decided; what still can't ends after one round; a repeat sends nothing",
            arguments: ServiceBroker.available)
        func redrive(_ broker: ServiceBroker) async throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            var poison = TestRecord(.analysisCompleted, key: "1", value: "{")
            HeaderBlock.append(name: "own".utf8, value: "x".utf8, to: &poison.headers)
            try harness.site.publish([
                poison, TestRecord(.analysisCompleted, key: "2", value: nil),
                TestRecord(.reference, key: "expert/9", value: "{"),
            ])
            #expect(outputs.read { $0.deadLetters.count == 3 }, "\(outputs.summary)")
            // As an older version may have left it: this one reads it.
            var readable = TestRecord.event("once", [.init(1, "AAPL")])
            for (name, value) in [
                ("own", "y"), ("dlq.reason", "unknown_value"), ("dlq.message", "an older version"),
                ("dlq.source.topic", harness.site.topics.analysisCompleted), ("dlq.source.partition", "0"),
                ("dlq.source.offset", "999"),
            ] { HeaderBlock.append(name: name.utf8, value: value.utf8, to: &readable.headers) }
            try harness.site.publish([readable], to: .deadLetters)
            #expect(outputs.read { $0.deadLetters.count == 4 })

            let list = try await deadLetters(harness, "list")
            #expect(list.code == 0 && list.output.split(separator: "\n").count == 4, "\(list.output)\(list.notes)")
            for reason in ["malformed", "tombstone", "unknown_value"] { #expect(list.output.contains(" \(reason) ")) }
            let json = try await deadLetters(harness, "list", "--json", "--reason", "tombstone", "--reason", "refused")
            #expect(json.output.contains(#""reason":"tombstone""#) && json.output.split(separator: "\n").count == 1)

            let plan = try await deadLetters(harness, "redrive")
            #expect(
                plan.code == 0 && plan.output.contains("would send 3, would leave out 1;"),
                "\(plan.output)\(plan.notes)")
            #expect(
                plan.output.contains("a later record of \(harness.site.topics.reference ?? "") may have set its key"))
            // Of one reason first, then the rest.
            let one = try await deadLetters(harness, "redrive", "--reason", "unknown_value", "--execute")
            #expect(
                one.code == 0 && one.output.contains("sent 1, left out 0; of other reasons 3"),
                "\(one.output)\(one.notes)")
            #expect(outputs.read { $0.orders.count == 1 }, "\(outputs.summary)")
            let rest = try await deadLetters(harness, "redrive", "--execute")
            #expect(rest.code == 0 && rest.output.contains("sent 2, left out 1;"), "\(rest.output)\(rest.notes)")
            #expect(outputs.read { $0.deadLetters.count == 6 }, "\(outputs.summary)")
            let again = outputs.deadLetters.filter { $0.header("dlq.redriven") == "1" }
            #expect(again.map { $0.header("dlq.reason") }.sorted { $0 ?? "" < $1 ?? "" } == ["malformed", "tombstone"])
            #expect(again.first { $0.key == "1" }?.header("own") == "x")
            #expect(again.allSatisfy { letter in letter.content.headers.count { $0.name == "dlq.reason" } == 1 })

            let loop = try await deadLetters(harness, "redrive", "--execute")
            #expect(loop.output.contains("sent 0, left out 2;"), "\(loop.output)")
            #expect(loop.output.contains("it was sent in again 1 times already"))
            let nothing = try await deadLetters(harness, "redrive", "--execute")
            #expect(nothing.output == "sent 0, left out 0; of other reasons 0, sent before 0\n", "\(nothing.output)")

            // From the beginning all of it goes once more: the duplicate check takes the event.
            let all = try await deadLetters(
                harness, "redrive", "--execute", "--from-beginning", "--reason", "unknown_value")
            #expect(all.output.contains("sent 1, "), "\(all.output)")
            #expect(outputs.read { $0.skips("duplicate_event").count == 1 }, "\(outputs.summary)")
            #expect(outputs.orders.count == 1 && outputs.deadLetters.count == 6)
            #expect(try running.stop() == .stopped(complete: true))
        }

        @Test("What is wrong with a command line is said")
        func mistakes() async throws {
            let harness = try ServiceHarness(.embedded)
            for (words, text) in [
                (["list", "--reason", "nonsense"], "nonsense"), (["list", "--max", "x"], "whole number"),
                (["redrive", "--limit-redriven", "0"], "from 1"),
                (["redrive", "--from-offset", "1", "--from-beginning"], "is enough"),
            ] {
                let file = try harness.folder.write(harness.configurationFile(), to: "dead.yaml")
                let result = await CommandLine.run(
                    ["dead-letters", words[0], "--config", file] + words.dropFirst())
                #expect(result.code == 64 && result.notes.contains(text), "\(words): \(result.notes)")
            }
            let bare = await CommandLine.run(["dead-letters"])
            #expect(bare.code == 64 && bare.notes.contains("dead-letters list, dead-letters redrive"), "\(bare.notes)")
        }
    }
}
