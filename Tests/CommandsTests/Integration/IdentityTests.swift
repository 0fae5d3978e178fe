import Foundation
import ServiceSupport
import Settings
import Testing
import TradeContracts
import TradeKafka

extension Processes {
    /// Whose offsets and marks are there is never guessed (G6, R99): what is not this store's is refused with what to do, nothing is
    /// decided or published, and what is goes on.
    @Suite(.enabled(if: ServiceBroker.realServers != nil)) struct IdentityTests {
        /// With short sessions: a killed member leaves its group after one.
        private static func harness(partitions: Int32 = 4) throws -> ServiceHarness {
            let harness = try ServiceHarness(.kafka, partitions: partitions)
            harness.consumerProperties = ["session.timeout.ms": "6000"]
            return harness
        }

        /// A store that has traded, and was stopped: cleanly, or killed.
        private static func traded(
            _ harness: ServiceHarness, _ outputs: OutputReader, events: ClosedRange<Int64> = 1...20,
            isClean: Bool = true
        ) throws {
            try harness.site.publish(events.map { .event("event-\($0)", expert: $0 % 4 + 1, [.init($0, "S\($0)")]) })
            let process = try harness.spawn()
            let last = events.upperBound
            #expect(
                outputs.read { outputs in
                    Set(outputs.all.compactMap { $0.integer("recommendation_id") }).isSuperset(of: events)
                }, "up to \(last): \(process.errors)")
            let store = try harness.store()
            #expect(try Eventually.holds { try store.integer("SELECT last_outbox - relay_mark FROM store") == 0 })
            // All of it has been read, so that what comes later is seen.
            let rows = try store.integer("SELECT last_outbox FROM store")
            #expect(outputs.read { $0.all.count >= Int(rows) }, "\(outputs.all.count) of \(rows)")
            process.send(isClean ? SIGTERM : SIGKILL)
            #expect(process.waitForExit() == (isClean ? .code(0) : .signal(SIGKILL)), "\(process.errors)")
        }

        /// It ends with 78 and says these words; nothing is decided or published by it.
        private static func expectRefused(
            _ harness: ServiceHarness, _ outputs: OutputReader, _ words: [String], more: String = ""
        ) throws {
            let before = outputs.all.count
            let process = try harness.spawn(more)
            #expect(process.waitForExit(seconds: 90) == .code(78), "\(process.errors)")
            for word in words { #expect(process.errors.contains(word), "\(word): \(process.errors)") }
            _ = outputs.read(seconds: 0.5) { $0.all.count > before }
            #expect(outputs.all.count == before, "something was published")
        }

        private static func expectGoesOn(
            _ harness: ServiceHarness, _ outputs: OutputReader, _ event: String, more: String = ""
        ) throws {
            let process = try harness.spawn(more)
            #expect(process.waitForErrors("Running", seconds: 90), "\(process.errors)")
            try harness.site.publish([.event(event, [.init(Int64(abs(event.hashValue % 1_000_000)) + 1_000, event)])])
            #expect(
                outputs.read { $0.all.contains { $0.text("event_id") == event } },
                "\(event): \(process.errors)\n\(outputs.summary)")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "\(process.errors)")
        }

        private static func copy(_ harness: ServiceHarness) throws -> String {
            let path = harness.configuration.store.path.path
            let copy = harness.folder.file("copy-\(UInt32.random(in: 0 ... .max)).sqlite")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            return copy
        }

        @Test("An older state of a store is refused, and accepted by a command")
        func restored() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let older = try Self.copy(harness)
            try Self.traded(harness, outputs, events: 21...40)
            let path = harness.configuration.store.path.path
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: older, toPath: path)
            try Self.expectRefused(harness, outputs, ["restored", "store accept owner"])
            let accept = try ChildProcess(
                BuiltProgram.tradeManager, ["store", "accept", "owner", "--execute", "--store.path", path])
            #expect(accept.waitForExit() == .code(0), "\(accept.errors)")
            try Self.expectGoesOn(harness, outputs, "after-restoring")
            // Once only: what was written since is ours.
            try Self.expectGoesOn(harness, outputs, "and-again")
        }

        @Test("Another store in the group, and another on the orders topic, are refused; the first goes on")
        func otherStores() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let other = try ServiceHarness(at: harness.site)
            try Self.expectRefused(other, outputs, ["another store"])
            let separate = try ServiceHarness(at: harness.site)
            let process = try ChildProcess(
                BuiltProgram.tradeManager,
                [
                    "run", "--config", try separate.folder.write(separate.configurationFile(), to: "other.yaml"),
                    "--kafka.group_id", harness.site.group + "-other",
                ])
            #expect(process.waitForExit(seconds: 60) == .code(78), "\(process.errors)")
            #expect(process.errors.contains("One orders topic belongs to one store"), "\(process.errors)")
            try Self.expectGoesOn(harness, outputs, "undisturbed")
        }

        @Test("A copy is refused while the original runs, and that goes on")
        func copied() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let original = try harness.spawn()
            #expect(original.waitForErrors("Running"), "\(original.errors)")
            let copy = try Self.copy(harness)
            let process = try ChildProcess(
                BuiltProgram.tradeManager,
                [
                    "run", "--config", try harness.folder.write(harness.configurationFile(), to: "copy.yaml"),
                    "--store.path", copy,
                ])
            #expect(process.waitForExit(seconds: 120) == .code(78), "\(process.errors)")
            #expect(process.errors.contains("was copied or moved"), "\(process.errors)")
            try harness.site.publish([.event("undisturbed", [.init(900, "ZZZ")])])
            #expect(outputs.read { $0.all.contains { $0.text("event_id") == "undisturbed" } }, "\(original.errors)")
            original.send(SIGTERM)
            #expect(original.waitForExit() == .code(0), "\(original.errors)")
        }

        @Test("A copy that was run while the original was stopped makes the original refuse")
        func forked() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let copy = try Self.copy(harness)
            try KafkaDamage(harness.site).deleteGroup(harness.site.group)
            let process = try ChildProcess(
                BuiltProgram.tradeManager,
                [
                    "run", "--config", try harness.folder.write(harness.configurationFile(), to: "copy.yaml"),
                    "--store.path", copy,
                ])
            #expect(process.waitForErrors("Running", seconds: 60), "\(process.errors)")
            try harness.site.publish([.event("by-the-copy", [.init(901, "YYY")])])
            #expect(outputs.read { $0.all.contains { $0.text("event_id") == "by-the-copy" } }, "\(process.errors)")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0))
            try Self.expectRefused(harness, outputs, ["which this file does not know"])
        }

        @Test("Offsets that a tool has set are refused: the store decides what is read")
        func resetGroup() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let damage = try KafkaDamage(harness.site)
            try damage.deleteGroup(harness.site.group)
            var kafka = KafkaConfiguration(bootstrapServers: harness.site.servers)
            kafka.groupID = harness.site.group
            let topic = harness.site.topics.analysisCompleted
            try KafkaAdmin(kafka).commit([
                KafkaPartition(topic: topic, partition: 0): .init(nextOffset: 1, metadata: "")
            ])
            try Self.expectRefused(harness, outputs, ["was set to 1 by a tool"])
        }

        @Test("Migration: a group without our texts is taken over from its offsets")
        func migration() throws {
            let harness = try Self.harness(partitions: 1)
            let outputs = try harness.site.outputs()
            try harness.site.publish((1...5).map { .event("old-\($0)", [.init($0, "O\($0)")]) })
            var kafka = KafkaConfiguration(bootstrapServers: harness.site.servers)
            kafka.groupID = harness.site.group
            let topic = harness.site.topics.analysisCompleted
            try KafkaAdmin(kafka).commit([
                KafkaPartition(topic: topic, partition: 0): .init(nextOffset: 3, metadata: "")
            ])
            try Self.expectGoesOn(harness, outputs, "new")
            // Orders and skips are read from several topics, in any order among these.
            let wanted: Set<String> = ["old-4", "old-5", "new"]
            #expect(outputs.read { Set($0.all.compactMap { $0.text("event_id") }) == wanted }, "\(outputs.summary)")
        }

        @Test(
            "A topic made anew, shorter or longer than the position, is refused; a gap is accepted by a command",
            arguments: [3, 60])
        func madeAnew(_ length: Int64) throws {
            let harness = try Self.harness(partitions: 1)
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let topic = harness.site.topics.analysisCompleted
            try KafkaDamage(harness.site).deleteTopic(topic)
            var kafka = KafkaConfiguration(bootstrapServers: harness.site.servers)
            kafka.topics = harness.site.topics
            #expect(
                Eventually.holds(seconds: 30) {
                    let made = try? KafkaAdmin(kafka).create([.init(name: topic, partitions: 1, replication: 1)])
                    return made?[topic] == .created
                })
            try harness.site.publish((1...length).map { .event("anew-\($0)", [.init(1_000 + $0, "N\($0)")]) })
            try Self.expectRefused(harness, outputs, ["made anew", "store accept gap --topic \(topic) --partition 0"])
            let accept = try ChildProcess(
                BuiltProgram.tradeManager,
                [
                    "store", "accept", "gap", "--topic", topic, "--partition", "0", "--execute", "--store.path",
                    harness.configuration.store.path.path, "--kafka.topics.analysis_completed", topic,
                ])
            #expect(accept.waitForExit() == .code(0), "\(accept.errors)")
            try Self.expectGoesOn(harness, outputs, "after-the-gap")
        }

        @Test("Retention past the position is a gap")
        func retention() throws {
            let harness = try Self.harness(partitions: 1)
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            try harness.site.publish((1...10).map { .event("lost-\($0)", [.init(500 + $0, "L\($0)")]) })
            try KafkaDamage(harness.site).deleteRecords(harness.site.topics.analysisCompleted, 0, below: 25)
            try Self.expectRefused(harness, outputs, ["records 20 to 24 are gone", "store accept gap"])
        }

        @Test("A relay group that is gone after a kill is refused; after a clean stop the store's mark is enough")
        func deletedRelayGroup() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            let relay = RelayIdentity.defaultID(ordersTopic: harness.site.topics.ordersCreated)
            try Self.traded(harness, outputs)
            let damage = try KafkaDamage(harness.site)
            // Eight days, as brokers forget: both groups.
            try damage.deleteGroup(relay)
            try damage.deleteGroup(harness.site.group)
            try Self.expectGoesOn(harness, outputs, "after-eight-days")
            try Self.traded(harness, outputs, events: 41...60, isClean: false)
            try damage.deleteGroup(relay)
            try Self.expectRefused(harness, outputs, ["is gone", "store set-mark"])
            let mark = try harness.store().integer("SELECT last_outbox FROM store")
            let file = try harness.folder.write(harness.configurationFile(), to: "mark.yaml")
            let set = try ChildProcess(
                BuiltProgram.tradeManager, ["store", "set-mark", "\(mark)", "--execute", "--config", file])
            #expect(set.waitForExit() == .code(0), "\(set.errors)")
            try Self.expectGoesOn(harness, outputs, "after-setting-the-mark")
        }

        @Test("A moved file, a changed group, another relay id and another delivery each go on")
        func changes() throws {
            let harness = try Self.harness()
            let outputs = try harness.site.outputs()
            try Self.traded(harness, outputs)
            let path = harness.configuration.store.path.path
            let moved = harness.folder.file("moved.sqlite")
            try FileManager.default.moveItem(atPath: path, toPath: moved)
            harness.configuration.store.path = .init(moved)
            try Self.expectGoesOn(harness, outputs, "moved")
            try Self.expectGoesOn(harness, outputs, "at-least-once", more: "delivery: at_least_once")
            try Self.expectGoesOn(harness, outputs, "exactly-once", more: "delivery: exactly_once")
            let before = outputs.all.count
            #expect(Set(outputs.all.map(\.content)).count == before, "each once")
        }
    }
}
