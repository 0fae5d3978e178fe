import CRdkafka
package import TradeContracts
package import TradePipeline

/// Looks at the input partitions before anybody joins the group: whose offsets are there, and is the last record that was taken in
/// still the same (G6)?
package struct InputInspection {
    private let admin: KafkaAdmin
    private let configuration: KafkaConfiguration

    package init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        self.configuration = configuration
        admin = try KafkaAdmin(configuration, readsCommitted: false)
    }

    /// All partitions of the topics whose positions the store keeps; a topic that is not there has none.
    package func partitions(within seconds: Double) throws(KafkaError) -> [TopicPartition] {
        let known = try admin.client.topics(milliseconds: KafkaAdmin.milliseconds(seconds)).partitions
        return configuration.inputTopics.filter { $0 != .reference }.flatMap { topic in
            (0..<Int32(clamping: known[configuration.topics.name(of: topic)] ?? 0)).map {
                TopicPartition(topic: topic, partition: $0)
            }
        }.sorted()
    }

    /// What is there. `positions`: the store's; the last record of each is fetched where it is still there.
    package func inspect(
        _ partitions: [TopicPartition], positions: [TopicPartition: InputPosition], within seconds: Double
    ) throws(KafkaError) -> [TopicPartition: FoundPartition] {
        let names = partitions.map { partition in
            KafkaPartition(topic: configuration.topics.name(of: partition.topic), partition: partition.partition)
        }
        let committed: [KafkaPartition: CommittedOffset]
        do throws(KafkaError) {
            committed = try admin.committed(names, within: seconds)
        } catch {
            var error = error
            error.context += " (group \(configuration.groupID))"
            throw error
        }
        var result: [TopicPartition: FoundPartition] = [:]
        var lastOffsets: [KafkaPartition: Int64] = [:]
        for (partition, name) in zip(partitions, names) {
            let (low, high): (Int64, Int64) = try admin.client.watermarks(
                name.topic, name.partition, milliseconds: KafkaAdmin.milliseconds(seconds))
            let found = committed[name].map { FoundMark(number: $0.nextOffset, writer: $0.metadata) }
            result[partition] = FoundPartition(committed: found, low: low, high: high, lastChecksum: nil)
            if let last = positions[partition]?.lastOffset, last >= low, last < high { lastOffsets[name] = last }
        }
        let checksums = try LastRecords(configuration).checksums(at: lastOffsets, within: seconds)
        for (partition, name) in zip(partitions, names) { result[partition]?.lastChecksum = checksums[name] }
        return result
    }

    /// Whether the group has members: somebody reads with it.
    package func groupHasMembers(within seconds: Double) throws(KafkaError) -> Bool {
        try admin.client.members(ofGroup: configuration.groupID, milliseconds: KafkaAdmin.milliseconds(seconds)) > 0
    }
}

/// Fetches single records by their offsets, without a group.
struct LastRecords {
    private let configuration: KafkaConfiguration

    init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

    /// Checksums of the records at these offsets. One that is not there any more (compacted, or the offset of a marker) is left
    /// out.
    func checksums(at offsets: [KafkaPartition: Int64], within seconds: Double) throws(KafkaError)
        -> [KafkaPartition: UInt64]
    {
        guard !offsets.isEmpty else { return [:] }
        let client = try KafkaClient(configuration, for: .range(groupID: configuration.groupID))
        defer { _ = client.destroy(within: 1, closed: false) }
        return try read(offsets, with: client, within: seconds)
    }

    // The queue is freed here, before its client.
    private func read(
        _ offsets: [KafkaPartition: Int64], with client: KafkaClient, within seconds: Double
    ) throws(KafkaError) -> [KafkaPartition: UInt64] {
        let events = try KafkaQueue.consumer(of: client)
        let logs = Calls.setLogQueue(client.handle, nil)
        guard logs == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(logs, context: "opening the log queue") }
        let redirection = Calls.pollSetConsumer(client.handle)
        guard redirection == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(redirection, context: "opening the consumer queue")
        }
        let list = try PartitionList(capacity: offsets.count)
        for (partition, offset) in offsets { list.add(partition.topic, partition.partition, offset: offset) }
        let code = Calls.assign(client.handle, list.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "taking partitions") }
        return try collect(offsets, from: events, within: seconds)
    }

    private func collect(
        _ offsets: [KafkaPartition: Int64], from events: KafkaQueue, within seconds: Double
    ) throws(KafkaError) -> [KafkaPartition: UInt64] {
        var result: [KafkaPartition: UInt64] = [:]
        var open = Set(offsets.keys)
        let deadline = ContinuousClock.Instant.now + .seconds(seconds)
        let batch = MessageBatch(capacity: 1)
        var cause: KafkaError?
        while !open.isEmpty {
            guard .now < deadline else {
                throw cause
                    ?? KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context: "fetching the last records that were taken in")
            }
            defer { batch.release() }
            guard let count = batch.take(from: events, limit: 1, milliseconds: 100) else {
                throw KafkaError(Calls.lastError(), context: "fetching the last records that were taken in")
            }
            guard count > 0, let message = batch[0] else { continue }
            let partition = KafkaPartition(topic: Calls.messageTopic(message), partition: message.pointee.partition)
            let isRecord = message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR
            guard isRecord || message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF else {
                let context = "fetching the last record that was taken in of \(partition.topic) \(partition.partition)"
                cause = KafkaError(message.pointee.err, context: context, text: Calls.messageText(message))
                continue
            }
            guard open.remove(partition) != nil else { continue }
            // The first one at or behind the offset: another one where it is gone.
            if isRecord, message.pointee.offset == offsets[partition] {
                let content = message.pointee
                result[partition] = RecordChecksum.checksum(
                    keyBytes: content.key.map { UnsafeRawBufferPointer(start: $0, count: content.key_len) },
                    valueBytes: content.payload.map { UnsafeRawBufferPointer(start: $0, count: content.len) })
            }
        }
        return result
    }
}
