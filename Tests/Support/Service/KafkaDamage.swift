import CRdkafka
import Foundation

/// What operators and accidents do to a Kafka: topics and groups go, records are deleted, offsets are set by tools. Each waits for
/// its end, and throws where the broker refuses it.
package final class KafkaDamage {
    private let client: OpaquePointer
    private let queue: OpaquePointer

    package init(_ site: BrokerSite) throws {
        guard let conf = rd_kafka_conf_new() else { throw ServiceFailure("no configuration") }
        for (key, value) in ["bootstrap.servers": site.servers, "broker.address.family": "v4"] {
            rd_kafka_conf_set(conf, key, value, nil, 0)
        }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nil, 0), let queue = rd_kafka_queue_new(client) else {
            throw ServiceFailure("no client")
        }
        self.client = client
        self.queue = queue
    }

    deinit {
        rd_kafka_queue_destroy(queue)
        rd_kafka_destroy(client)
    }

    package func deleteGroup(_ group: String) throws {
        var request = rd_kafka_DeleteGroup_new(group)
        defer { rd_kafka_DeleteGroup_destroy(request) }
        try retrying("deleting the group \(group)") {
            rd_kafka_DeleteGroups(client, &request, 1, nil, queue)
        } result: { event in
            var count = 0
            guard let result = rd_kafka_event_DeleteGroups_result(event),
                let groups = rd_kafka_DeleteGroups_result_groups(result, &count), count == 1, let group = groups[0],
                let error = rd_kafka_group_result_error(group)
            else { return RD_KAFKA_RESP_ERR_NO_ERROR }
            return rd_kafka_error_code(error)
        }
    }

    package func deleteTopic(_ topic: String) throws {
        var request = rd_kafka_DeleteTopic_new(topic)
        defer { rd_kafka_DeleteTopic_destroy(request) }
        try retrying("deleting the topic \(topic)") {
            rd_kafka_DeleteTopics(client, &request, 1, nil, queue)
        } result: { _ in
            RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Gives a topic more partitions, and waits until a new client finds them.
    package func addPartitions(to topic: String, count: Int) throws {
        var text = [CChar](repeating: 0, count: 256)
        var request = rd_kafka_NewPartitions_new(topic, count, &text, text.count)
        guard request != nil else { throw ServiceFailure("\(count) partitions of \(topic)") }
        defer { rd_kafka_NewPartitions_destroy(request) }
        try retrying("adding partitions to \(topic)") {
            rd_kafka_CreatePartitions(client, &request, 1, nil, queue)
        } result: { event in
            var count = 0
            guard let result = rd_kafka_event_CreatePartitions_result(event),
                let topics = rd_kafka_CreatePartitions_result_topics(result, &count), count == 1, let topic = topics[0]
            else { return RD_KAFKA_RESP_ERR_NO_ERROR }
            return rd_kafka_topic_result_error(topic)
        }
    }

    /// Deletes a partition's records below an offset, as retention does.
    package func deleteRecords(_ topic: String, _ partition: Int32, below offset: Int64) throws {
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        rd_kafka_topic_partition_list_add(list, topic, partition)?.pointee.offset = offset
        var request = rd_kafka_DeleteRecords_new(list)
        defer { rd_kafka_DeleteRecords_destroy(request) }
        try retrying("deleting records of \(topic)") {
            rd_kafka_DeleteRecords(client, &request, 1, nil, queue)
        } result: { _ in
            RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    // A group of which a killed process is still a member, or a coordinator that is only just there, refuses at first.
    private func retrying(
        _ what: String, _ ask: () -> Void, result: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws {
        var code = RD_KAFKA_RESP_ERR__TIMED_OUT
        let end = ContinuousClock.Instant.now + .seconds(60)
        while .now < end {
            ask()
            guard let event = rd_kafka_queue_poll(queue, 10_000) else { continue }
            defer { rd_kafka_event_destroy(event) }
            code = rd_kafka_event_error(event)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { code = result(event) }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw ServiceFailure("\(what): \(rd_kafka_err2name(code).map { String(cString: $0) } ?? "")")
    }
}
