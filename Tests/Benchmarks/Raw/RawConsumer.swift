import CRdkafka

/// librdkafka's batch consumer: takes a topic's records and looks at none.
enum RawConsumer {
    /// Reads so many records from the beginning; what it took from the first batch to the last.
    static func consume(_ topic: String, partitions: Int32, records: Int, servers: String) throws -> Sample {
        let conf = rd_kafka_conf_new()
        for (key, value) in [
            ("bootstrap.servers", servers), ("group.id", "raw"), ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"), ("auto.offset.reset", "earliest"), ("fetch.wait.max.ms", "10"),
            ("isolation.level", "read_committed"), ("broker.address.family", "v4"),
        ] {
            guard rd_kafka_conf_set(conf, key, value, nil, 0) == RD_KAFKA_CONF_OK else {
                throw BenchmarkError("\(key)=\(value)")
            }
        }
        guard let client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nil, 0) else { throw BenchmarkError("no consumer") }
        defer { rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
        let list = rd_kafka_topic_partition_list_new(partitions)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<partitions {
            rd_kafka_topic_partition_list_add(list, topic, partition)?.pointee.offset = 0
        }
        let queue = rd_kafka_queue_get_consumer(client)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_assign(client, list)
        return try take(records, from: queue)
    }

    private static func take(_ records: Int, from queue: OpaquePointer?) throws -> Sample {
        let capacity = 1_000
        var room = [UnsafeMutablePointer<rd_kafka_message_t>?](repeating: nil, count: capacity)
        var start: ProcessUsage?
        var first = 0
        var count = 0
        var silent = 0
        ProcessUsage.forgetPeak()
        while count < records {
            let taken = rd_kafka_consume_batch_queue(queue, 20, &room, capacity)
            guard taken >= 0, silent < 500 else { throw BenchmarkError("\(count) of \(records) records were read") }
            silent = taken == 0 ? silent + 1 : 0
            for message in room.prefix(taken) {
                if message?.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { count += 1 }
                rd_kafka_message_destroy(message)
            }
            if start == nil, count > 0 {
                start = .now
                first = count
            }
        }
        guard let start else { throw BenchmarkError("nothing was read") }
        return Sample(operations: max(1, count - first), since: start)
    }
}
