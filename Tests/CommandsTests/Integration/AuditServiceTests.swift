import Commands
import ServiceSupport
import Settings
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline
import TradeStore

extension Integration {
    /// `audit` beside a service, after it, and on what others have done to the topics.
    @Suite struct AuditServiceTests {
        /// Reads all that a service had published when it stopped, so that what an audit finds is compared with what is there.
        /// Returns the number of the last row.
        @discardableResult
        private static func readAll(_ outputs: OutputReader, of harness: ServiceHarness) throws -> Int64 {
            let rows = try harness.store().integer("SELECT last_outbox FROM store")
            #expect(outputs.read(count: Int(rows)), "\(rows) rows: \(outputs.summary)")
            return rows
        }

        @Test(
            "G5: what a service published is there once, beside it and after it; what others did is told",
            arguments: ServiceBroker.available)
        func differences(_ broker: ServiceBroker) async throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            let events = (0..<120).map { number in
                TestRecord.event(
                    "e\(number)", expert: Int64(number % 8) + 1, [.init(Int64(number) + 1, "S\(number % 9)")])
            }
            try harness.site.publish(events + [TestRecord(.analysisCompleted, key: "1", value: "{"), events[0]])
            #expect(outputs.read(count: 122), "\(outputs.summary)")
            // While it goes on.
            let load = (0..<20).map { TestRecord.event("late\($0)", expert: 3, [.init(Int64($0) + 1_000, "L\($0)")]) }
            try harness.site.publish(load)
            let beside = try await Audits.run(harness)
            #expect(beside.code == 0, "\(beside.output)\(beside.notes)")
            #expect(Set(Audits.counts(beside).keys).isSubset(of: ["once", "unpublished"]), "\(beside.output)")
            #expect(Audits.counts(beside)["once", default: 0] + Audits.counts(beside)["unpublished", default: 0] >= 122)
            #expect(outputs.read(count: 142))
            #expect(try running.stop() == .stopped(complete: true))
            let rows = try Self.readAll(outputs, of: harness)

            let after = try await Audits.run(harness, "--strict")
            #expect(
                after.code == 0 && Audits.counts(after) == ["once": outputs.all.count], "\(after.output)\(after.notes)")

            // An order again, a record of somebody else, and a row that never came.
            let order = try #require(outputs.orders.first)
            var again = TestRecord(.orderUpdates, key: order.key, bytes: order.content.value)
            again.headers = order.content.headerBlock
            try harness.site.publish([again, TestRecord(.orderUpdates, key: "x", value: "?")], to: .ordersCreated)
            let lost = OutboxRow(
                number: rows + 1,
                record: .deadLetter(
                    DeadLetterRecord(
                        address: RecordAddress(topic: .orderUpdates, partition: 1, offset: 77), timestamp: 5,
                        bytes: RecordBytes(key: Array("k".utf8), value: nil, headers: []),
                        cause: Undecodable(.tombstone, "no value"))))
            lost.encode(OutputEncoder(topics: harness.site.topics).encode)
            let store = try SQLiteStore.open(
                path: harness.configuration.store.path.path, options: SQLiteStoreOptions(topics: harness.site.topics))
            #expect(
                store.commit([ChangeSet(number: store.lastCommit + 1, rows: [lost], relayMark: lost.number)])
                    == .committed)
            store.close()
            let damaged = try await Audits.run(harness)
            #expect(damaged.code == 1)
            if broker == .kafka {
                #expect(
                    Audits.counts(damaged) == ["once": outputs.all.count - 1, "twice": 1, "foreign": 1, "missing": 1],
                    "\(damaged.output)\(damaged.notes)")
                #expect(
                    damaged.output.contains(
                        "missing: row \(lost.number), \(harness.site.topics.deadLetters), key k, tombstone of "
                            + "\(harness.site.topics.orderUpdates) partition 1 offset 77\n"), "\(damaged.output)")
            } else {
                // Nothing but the one dead letter tells where that topic begins.
                #expect(
                    Audits.counts(damaged)["twice"] == 1 && Audits.counts(damaged)["foreign"] == 1, "\(damaged.output)")
            }
            let id = order.header("ce_id") ?? ""
            #expect(damaged.output.contains("id \(id) at \(harness.site.topics.ordersCreated) partition "))
            #expect(damaged.output.contains("foreign: a record without an id of ours at "))
        }

        @Test("A range that begins later finds the rest, and misses nothing", arguments: ServiceBroker.available)
        func ranges(_ broker: ServiceBroker) async throws {
            let harness = try ServiceHarness(broker, partitions: 1)
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            try harness.site.publish((0..<40).map { .event("e\($0)", [.init(Int64($0) + 1, "S\($0)")]) })
            try harness.site.publish((0..<5).map { _ in TestRecord(.analysisCompleted, key: nil, value: nil) })
            #expect(outputs.read { $0.orders.count == 40 && $0.deadLetters.count == 5 }, "\(outputs.summary)")
            #expect(try running.stop() == .stopped(complete: true))
            try Self.readAll(outputs, of: harness)
            let all = try await Audits.run(harness)
            #expect(all.code == 0, "\(all.output)\(all.notes)")
            let total = Audits.counts(all)["once", default: 0]
            #expect(total == outputs.all.count)
            for words in [
                ["--from-offset", "3"], ["--to-offset", "2"], ["--from-offset", "1", "--to-offset", "4"],
                ["--max", "7"],
                ["--from-offset", "1000"], ["--from-time", "2100-01-01T00:00:00Z"],
            ] {
                let file = try harness.folder.write(harness.configurationFile(), to: "audit.yaml")
                let part = await CommandLine.run(["audit", "--strict", "--config", file] + words)
                #expect(part.code == 0, "\(words): \(part.output)\(part.notes)")
                let counts = Audits.counts(part)
                #expect(counts["once", default: 0] < total)
                #expect(counts.values.reduce(0, +) == total, "\(words): \(part.output)")
            }
        }

        @Test("What keeps an audit from its work is said")
        func mistakes() async throws {
            let harness = try ServiceHarness(.embedded)
            let none = try await Audits.run(harness)
            #expect(none.code == 78 && none.notes.contains("there is no store"), "\(none.notes)")
            let embedded = await CommandLine.run(["audit"])
            #expect(embedded.code == 64 && embedded.notes.contains("embedded"), "\(embedded.notes)")
            try SQLiteStore.open(path: harness.configuration.store.path.path).close()
            let empty = try await Audits.run(harness)
            #expect(empty.code == 0 && empty.output.contains("published up to 0"), "\(empty.notes)")
            let away = try await Audits.run(harness, "--partition", "9")
            #expect(away.code == 1 && away.notes.contains("no partition 9"), "\(away.notes)")
        }
    }
}
