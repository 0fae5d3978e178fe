import ServiceSupport
import Testing
import TradeContracts

extension Integration {
    /// Records that are meant to stop the service (G9). What can be seen from outside is in `KcatTests`.
    @Suite struct PoisonTests {
        @Test(
            "G9: keys and headers that no output topic takes don't stop publishing", arguments: ServiceBroker.available)
        func largeKeysAndHeaders(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let running = try harness.start()
            let outputs = try harness.site.outputs()
            let large = [UInt8](repeating: UInt8(ascii: "x"), count: 1_200_000)
            var keyed = TestRecord(.analysisCompleted, key: "1", value: "{")
            keyed.key = large
            var headed = TestRecord(.analysisCompleted, key: "1", value: "{")
            HeaderBlock.append(name: "dlq.reason".utf8, value: large, to: &headed.headers)
            var traced = TestRecord.event("traced", [.init(1, "AAPL")])
            HeaderBlock.append(name: "traceparent".utf8, value: "00-1-2-01".utf8, to: &traced.headers)
            HeaderBlock.append(name: "tracestate".utf8, value: large, to: &traced.headers)
            try harness.site.publish([keyed, headed, traced, .event("good", expert: 2, [.init(2, "AAPL")])])
            #expect(outputs.read(count: 4), "\(outputs.summary)\n\(running.log.text.suffix(4_000))")
            #expect(outputs.orders.count == 2)
            #expect(outputs.deadLetters.allSatisfy { $0.header("dlq.reason") == "malformed" })
            #expect(outputs.deadLetters.contains { $0.header("dlq.key_omitted") == "1200000" })
            #expect(outputs.deadLetters.contains { $0.header("dlq.headers_omitted") != nil })
            try running.stop()
        }
    }
}
