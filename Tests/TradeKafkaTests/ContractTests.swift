import Support
import Testing
import TradePipeline

@testable import TradeKafka

/// The contracts of `RecordSource` and `RecordSink`, on every broker that there is.
@Suite(.serialized) struct KafkaContractTests {
    @Test(arguments: TestBroker.available) func deliversAllAsWritten(_ broker: TestBroker) throws {
        try SourceContract.deliversAllAsWritten(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.available) func startsWhereItIsTold(_ broker: TestBroker) throws {
        try SourceContract.startsWhereItIsTold(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.quick) func startsAtTheEnd(_ broker: TestBroker) throws {
        try SourceContract.startsAtTheEnd(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.available) func tellsTheEnd(_ broker: TestBroker) throws {
        try SourceContract.tellsTheEnd(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.quick) func wakes(_ broker: TestBroker) throws {
        try SourceContract.wakes(BrokerBench(broker)) { source in
            (source as? KafkaConsumer)?.waker ?? { Issue.record("no Kafka consumer") }
        }
    }

    @Test(arguments: TestBroker.available) func pausesWithoutLoss(_ broker: TestBroker) throws {
        for _ in 0..<3 { try SourceContract.pausesWithoutLoss(BrokerBench(broker), seed: .random(in: 0 ... .max)) }
    }

    @Test(arguments: TestBroker.quick) func publishesAllAsGiven(_ broker: TestBroker) throws {
        try SinkContract.publishesAllAsGiven(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.quick) func comesBackToItsMark(_ broker: TestBroker) throws {
        try SinkContract.comesBackToItsMark(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.quick) func refusesARowByItself(_ broker: TestBroker) throws {
        try SinkContract.refusesARowByItself(BrokerBench(broker))
    }

    @Test(arguments: TestBroker.quick) func reducesADeadLetter(_ broker: TestBroker) throws {
        try SinkContract.reducesADeadLetter(BrokerBench(broker))
    }
}

/// The contract of `RecordSink` where Kafka keeps the mark.
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct RelayContractTests {
    @Test(arguments: RelayBench.Delivery.allCases) func publishesAllAsGiven(_ delivery: RelayBench.Delivery) throws {
        try SinkContract.publishesAllAsGiven(RelayBench(delivery))
    }

    @Test(arguments: RelayBench.Delivery.allCases) func comesBackToItsMark(_ delivery: RelayBench.Delivery) throws {
        try SinkContract.comesBackToItsMark(RelayBench(delivery))
    }

    @Test(arguments: RelayBench.Delivery.allCases) func refusesARowByItself(_ delivery: RelayBench.Delivery) throws {
        try SinkContract.refusesARowByItself(RelayBench(delivery))
    }

    @Test(arguments: RelayBench.Delivery.allCases) func reducesADeadLetter(_ delivery: RelayBench.Delivery) throws {
        try SinkContract.reducesADeadLetter(RelayBench(delivery))
    }
}
