import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Topics that others write in transactions.
@Suite(.serialized) struct TransactionTests {
    /// Markers at the end of a partition are no records; its end is told all the same (R98).
    @Test(.enabled(if: TestBroker.hasReal), arguments: [true, false]) func markersCountForTheEnd(_ isAborted: Bool)
        throws
    {
        let bench = try BrokerBench(.kafka, partitions: 1)
        let partition = TopicPartition(topic: .analysisCompleted, partition: 0)
        try bench.append([RecordContent(key: "1", value: "plain")], to: .analysisCompleted)
        try Self.write(5, to: bench, aborting: isAborted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        let end: Int64 = 7
        let found = driver.poll(until: { driver.end(of: partition) == end })
        #expect(found, "\(driver.events)")
        #expect(driver.source.endOffset(of: partition) == end)
        #expect(driver.records.map(\.address.offset) == Array(0..<(isAborted ? 1 : 6)))
    }

    private static func write(_ count: Int, to bench: BrokerBench, aborting isAborted: Bool) throws {
        let conf = try #require(rd_kafka_conf_new())
        let topic = bench.configuration.topics.analysisCompleted
        let settings = [
            "bootstrap.servers": bench.configuration.bootstrapServers, "broker.address.family": "v4",
            "transactional.id": "writer-\(topic)",
        ]
        for (key, value) in settings {
            #expect(rd_kafka_conf_set(conf, key, value, nil, 0) == RD_KAFKA_CONF_OK)
        }
        let client = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nil, 0))
        defer { rd_kafka_destroy(client) }
        #expect(rd_kafka_init_transactions(client, 30_000) == nil)
        #expect(rd_kafka_begin_transaction(client) == nil)
        let handle = try #require(rd_kafka_topic_new(client, topic, nil))
        defer { rd_kafka_topic_destroy(handle) }
        for number in 0..<count {
            var value = Array("\(number)".utf8)
            let sent = rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, &value, value.count, nil, 0, nil)
            #expect(sent == 0)
        }
        #expect(rd_kafka_flush(client, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
        let failure =
            isAborted ? rd_kafka_abort_transaction(client, 10_000) : rd_kafka_commit_transaction(client, 10_000)
        #expect(failure == nil)
    }
}
