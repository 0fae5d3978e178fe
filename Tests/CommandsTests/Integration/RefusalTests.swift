import Commands
import Foundation
import ServiceSupport
import Support
import Telemetry
import Testing
import TradeContracts
import TradeKafka

extension Integration {
    /// A broker that takes rights away, and gives them back (design §6, "Refusals").
    @Suite(.enabled(if: KafkaCluster.script != nil)) struct RefusalTests {
        /// What is denied while the service runs.
        private struct Refusal {
            var operation: KafkaAccess.Operation
            var resource: KafkaAccess.Resource
            var name: (ServiceHarness) -> String

            static func topic(
                _ operation: KafkaAccess.Operation, _ name: @escaping (TopicNames) -> String
            ) -> Refusal {
                Refusal(operation: operation, resource: .topic) { name($0.site.topics) }
            }
        }

        private static let settings = [
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "true", "auto.create.topics.enable": "false",
        ]

        /// Each of an expert of its own; recommendations that lead to orders, and every fourth to a skip.
        private func events(_ numbers: ClosedRange<Int64>) -> [TestRecord] {
            numbers.map { number in
                .event(
                    "event-\(number)", expert: number, [.init(number, "S", action: number % 4 == 0 ? "HOLD" : "BUY")])
            }
        }

        @Test("G2, G5: while something is refused the relay stands at that row, says so, and goes on once it may")
        func rightsComeAndGo() throws {
            let cluster = try KafkaCluster(script: #require(KafkaCluster.script), settings: Self.settings)
            let access = try KafkaAccess(broker: cluster.servers)
            let relay = { (harness: ServiceHarness) in
                RelayIdentity.defaultID(ordersTopic: harness.site.topics.ordersCreated)
            }
            for refusal in [
                Refusal.topic(.write) { $0.ordersCreated }, .topic(.write) { $0.eventsSkipped },
                .topic(.all) { $0.eventsSkipped },
                Refusal(operation: .write, resource: .transactionalID, name: relay),
                Refusal(operation: .all, resource: .transactionalID, name: relay),
                Refusal(operation: .read, resource: .group, name: relay),
                Refusal(operation: .all, resource: .group, name: relay),
            ] {
                let harness = try ServiceHarness(
                    at: BrokerSite(.kafka, servers: cluster.servers), reference: TestReference(experts: 1...60))
                let name = refusal.name(harness)
                let what = "\(refusal.operation) of \(refusal.resource) \(name) denied"
                let outputs = try harness.site.outputs()
                let running = try harness.start()
                try harness.site.publish(events(1...20))
                try #require(outputs.read { $0.all.count == 20 }, "\(what): \(outputs.summary)")
                try access.deny(refusal.operation, refusal.resource, name)
                try harness.site.publish(events(21...60))
                expectTold(running, name, what)
                let failures = running.log.lines(beginning: "Publishing failed").count
                #expect(
                    Eventually.holds { running.log.lines(beginning: "Publishing failed").count > failures + 1 },
                    "\(what): it is tried again")
                try expectNothingPassed(harness, outputs, refusal, name, what)
                try access.allow(refusal.resource, name)
                let start = ContinuousClock.Instant.now
                #expect(outputs.read(seconds: 90) { $0.all.count == 60 }, "\(what): \(running.log.text.suffix(3_000))")
                print("\(what): goes on after \((ContinuousClock.Instant.now - start) / .seconds(1)) s")
                #expect(
                    Eventually.holds { running.service.conditions.allSatisfy(\.isOK) },
                    "\(what): \(running.service.conditions)")
                #expect(try running.stop() == .stopped(complete: true))
                #expect(try Ledger.problems(of: harness, with: outputs) == [], "\(what)")
            }
        }

        @Test("G2, G6: while the input may not be read the service waits, running or at its start, and says so")
        func inputIsDenied() throws {
            let cluster = try KafkaCluster(script: #require(KafkaCluster.script), settings: Self.settings)
            let access = try KafkaAccess(broker: cluster.servers)
            for refusal in [
                Refusal.topic(.read) { $0.analysisCompleted }, .topic(.all) { $0.analysisCompleted },
                Refusal(operation: .read, resource: .group) { $0.site.group },
                Refusal(operation: .all, resource: .group) { $0.site.group },
            ] {
                let harness = try ServiceHarness(
                    at: BrokerSite(.kafka, servers: cluster.servers), reference: TestReference(experts: 1...60))
                let name = refusal.name(harness)
                let what = "\(refusal.operation) of \(refusal.resource) \(name) denied"
                let outputs = try harness.site.outputs()
                var running = try harness.start()
                try harness.site.publish(events(1...20))
                try #require(outputs.read { $0.all.count == 20 }, "\(what): \(running.log.text.suffix(3_000))")
                let before = running.log.events.count
                try access.deny(refusal.operation, refusal.resource, name)
                // Where nobody may do anything with the topic, these can't be published either.
                let isPublished = refusal.resource == .group || refusal.operation == .read
                if isPublished { try harness.site.publish(events(21...40)) }
                expectLogged(running, name, what, after: before)
                let conditions = { running.service.conditions.filter { !$0.isOK } }
                #expect(
                    Eventually.holds { conditions().contains { $0.message.contains(name) } }, "\(what): \(conditions())"
                )
                try access.allow(refusal.resource, name)
                if !isPublished { try harness.site.publish(events(21...40)) }
                var start = ContinuousClock.Instant.now
                #expect(outputs.read(seconds: 90) { $0.all.count == 40 }, "\(what): \(running.log.text.suffix(3_000))")
                print("\(what): goes on after \((ContinuousClock.Instant.now - start) / .seconds(1)) s")
                #expect(Eventually.holds { conditions().isEmpty }, "\(what): \(conditions())")
                #expect(try running.stop() == .stopped(complete: true), "\(what)")

                try harness.site.publish(events(41...60))
                try access.deny(refusal.operation, refusal.resource, name)
                running = RunningService(harness.configuration)
                expectLogged(running, name, "at the start, \(what)")
                try access.allow(refusal.resource, name)
                start = .now
                #expect(outputs.read(seconds: 90) { $0.all.count == 60 }, "\(what): \(running.log.text.suffix(3_000))")
                print("at the start, \(what): goes on after \((ContinuousClock.Instant.now - start) / .seconds(1)) s")
                #expect(try running.stop() == .stopped(complete: true), "\(what)")
                #expect(try Ledger.problems(of: harness, with: outputs) == [], "\(what)")
            }
        }

        @Test(
            "G2, G5: the orders topic is deleted: the relay stands at that row, says so, and goes on once there is one")
        func ordersTopicIsDeleted() throws {
            let cluster = try KafkaCluster(
                script: #require(KafkaCluster.script), settings: ["auto.create.topics.enable": "false"])
            let harness = try ServiceHarness(
                at: BrokerSite(.kafka, servers: cluster.servers), reference: TestReference(experts: 1...60))
            let topic = harness.site.topics.ordersCreated
            let before = try harness.site.outputs()
            let running = try harness.start()
            try harness.site.publish(events(1...20))
            try #require(before.read { $0.all.count == 20 }, "\(running.log.text.suffix(3_000))")
            try KafkaDamage(harness.site).deleteTopic(topic)
            try harness.site.publish(events(21...60))
            let store = try harness.store()
            // Where a transaction is in doubt when the topic goes, the mark that would settle it is gone, too: that ends the service.
            var told = ""
            let isTold = try Eventually.holds(seconds: 60, every: 0.1) {
                if case .refused(let reason)? = try running.waitUntilEnded(seconds: 0) { told = reason }
                told = running.service.conditions.first { $0.name == "relay" && !$0.isOK }?.message ?? told
                return told.contains(topic)
            }
            #expect(isTold, "\(running.service.conditions)")
            print("the orders topic is deleted: \(told)")
            for _ in 0..<5 { _ = before.read(seconds: 0.1) { _ in false } }
            let first = try store.integer("SELECT min(number) FROM outbox WHERE number > 20 AND topic = 0")
            let mark = try store.integer("SELECT relay_mark FROM store")
            #expect(mark < first && before.all.count < first, "nothing is passed over")
            try harness.site.makeTopics()
            let after = try harness.site.outputs()
            let start = ContinuousClock.Instant.now
            var last = running
            if try running.waitUntilEnded(seconds: 20) != nil {
                let file = try harness.folder.write(harness.configurationFile(), to: "trade-manager.yaml")
                let set = try ChildProcess(
                    BuiltProgram.tradeManager,
                    ["store", "set-mark", "\(before.all.count)", "--config", file, "--execute"])
                #expect(set.waitForExit() == .code(0), "\(set.errors)")
                last = try harness.start()
            }
            #expect(
                after.read(seconds: 90) { outputs in outputs.orders.count == 30 && outputs.skips.count == 15 },
                "\(last.log.text.suffix(3_000))")
            print(
                "the orders topic is made again: goes on after \((ContinuousClock.Instant.now - start) / .seconds(1)) s"
            )
            #expect(try last.stop() == .stopped(complete: true))
            let numbers = (before.orders + after.orders).compactMap { $0.integer("recommendation_id") }
            #expect(numbers.sorted() == (1...60).filter { $0 % 4 != 0 }, "each order once, in one of the two topics")
            #expect(after.all.count == 45, "\(after.summary)")
            #expect(try harness.waitUntilPublished(seconds: 1))
        }

        private func expectLogged(_ running: RunningService, _ name: String, _ what: String, after count: Int = 0) {
            let line = {
                running.log.events.dropFirst(count).last { $0.level >= .warning && $0.message.contains(name) }
            }
            #expect(Eventually.holds { line() != nil }, "\(what): \(running.log.text.suffix(3_000))")
            print("\(what): \(line()?.message ?? "-")")
        }

        private func expectTold(_ running: RunningService, _ name: String, _ what: String) {
            let isTold = Eventually.holds {
                running.service.conditions.contains { $0.name == "relay" && !$0.isOK && $0.message.contains(name) }
            }
            #expect(isTold, "\(what): \(running.service.conditions)\n\(running.log.text.suffix(3_000))")
            print("\(what): \(running.service.conditions.first { !$0.isOK }?.message ?? "-")")
        }

        /// No row behind one that can't be published is.
        private func expectNothingPassed(
            _ harness: ServiceHarness, _ outputs: OutputReader, _ refusal: Refusal, _ name: String, _ what: String
        ) throws {
            for _ in 0..<5 { _ = outputs.read(seconds: 0.1) { _ in false } }
            let topics = harness.site.topics
            let topic = OutputTopic.allCases.first { topics.name(of: $0) == name }
            let condition = topic.map { "topic = \($0.rawValue)" } ?? "1"
            let first = try harness.store().integer(
                "SELECT min(number) FROM outbox WHERE number > 20 AND \(condition)")
            #expect(outputs.all.count < first, "\(what): row \(first) is refused, \(outputs.all.count) are published")
        }
    }
}
