import CRdkafka

/// How the partitions of a Kafka of several nodes are spread over them.
package final class ClusterView {
    private struct Partition {
        var topic: String
        var number: Int32
        var leader: Int32
        var copies: Int
        var copiesInSync: Int
    }

    private let client: OpaquePointer

    package init(servers: String) throws {
        guard let conf = rd_kafka_conf_new() else { throw ServiceFailure("no configuration") }
        for (key, value) in ["bootstrap.servers": servers, "broker.address.family": "v4"] {
            rd_kafka_conf_set(conf, key, value, nil, 0)
        }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nil, 0) else { throw ServiceFailure("no client") }
        self.client = client
    }

    deinit { rd_kafka_destroy(client) }

    /// Waits until every copy of every partition, of the internal topics too, has what its leader has.
    package func waitUntilInSync(seconds: Double = 60) throws {
        let isInSync = Eventually.holds(seconds: seconds, every: 0.1) {
            guard let all = partitions(), !all.isEmpty else { return false }
            return all.allSatisfy { $0.leader >= 0 && $0.copiesInSync == $0.copies }
        }
        if !isInSync { throw ServiceFailure("copies are not in sync after \(seconds) s: \(partitions() ?? [])") }
    }

    /// What a node does: how many of the partitions whose topics end with `suffix` it leads, and whether it coordinates the group,
    /// the relay's group and the relay's transactions.
    package func duties(of node: Int, group: String, relayID: String, topicsEnding suffix: String) -> String {
        let led = (partitions() ?? []).filter { $0.leader == node }
        func coordinates(_ id: String, by topic: String) -> Bool {
            led.contains { $0.topic == topic && $0.number == ClusterView.coordinatorPartition(of: id) }
        }
        var duties = ["leads \(led.count { $0.topic.hasSuffix(suffix) }) partitions"]
        if coordinates(relayID, by: "__transaction_state") { duties.append("the transactions' coordinator") }
        if coordinates(relayID, by: "__consumer_offsets") { duties.append("the relay group's coordinator") }
        if coordinates(group, by: "__consumer_offsets") { duties.append("the group's coordinator") }
        return duties.joined(separator: ", ")
    }

    /// Of the four that the internal topics of the tests' brokers have: Java's hash of the id.
    private static func coordinatorPartition(of id: String) -> Int32 {
        let hash = id.utf16.reduce(Int32(0)) { $0 &* 31 &+ Int32($1) }
        return (hash & .max) % 4
    }

    private func partitions() -> [Partition]? {
        var found: UnsafePointer<rd_kafka_metadata>?
        guard rd_kafka_metadata(client, 1, nil, &found, 5_000) == RD_KAFKA_RESP_ERR_NO_ERROR, let found else {
            return nil
        }
        defer { rd_kafka_metadata_destroy(found) }
        return (0..<Int(found.pointee.topic_cnt)).flatMap { index -> [Partition] in
            let topic = found.pointee.topics[index]
            return (0..<Int(topic.partition_cnt)).map { number in
                let partition = topic.partitions[number]
                return Partition(
                    topic: topic.topic.map { String(cString: $0) } ?? "", number: partition.id,
                    leader: partition.leader, copies: Int(partition.replica_cnt),
                    copiesInSync: Int(partition.isr_cnt))
            }
        }
    }
}
