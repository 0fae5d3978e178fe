import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Publishing exactly once to a real Kafka (G5).
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct TransactionalProducerTests {
    @Test func publishesRowsWithTheirMark() throws {
        let bench = try RelayBench()
        #expect(try bench.mark() == nil)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        #expect(sink.expectOpen() == 0)
        #expect(try bench.mark() == FoundMark(number: 0, writer: bench.owner.identity.text), "the claim")
        #expect(sink.publish(RelayBench.rows(1...100), publishedThrough: 0) == .published)
        #expect(sink.publish(RelayBench.rows(101...101), publishedThrough: 100) == .published)
        #expect(try bench.mark()?.number == 101)
        try bench.expectOnce(101)
    }
}
