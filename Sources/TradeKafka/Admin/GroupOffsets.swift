import CRdkafka

/// A partition of any topic, by name.
package struct KafkaPartition: Hashable, Sendable {
    package var topic: String
    package var partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// An offset that a group has committed, with the text that says whose it is (G6).
package struct CommittedOffset: Hashable, Sendable {
    package var nextOffset: Int64
    package var metadata: String

    package init(nextOffset: Int64, metadata: String) {
        self.nextOffset = nextOffset
        self.metadata = metadata
    }
}

extension KafkaAdmin {
    /// What the group of this administrator has committed, without joining it; partitions without a commit are left out.
    package func committed(_ partitions: [KafkaPartition], within seconds: Double = 10) throws(KafkaError)
        -> [KafkaPartition: CommittedOffset]
    {
        do throws(KafkaError) {
            return try client.committed(partitions, within: seconds)
        } catch {
            throw client.explained(error)
        }
    }

    /// Commits offsets of a group that has no members, and waits for it: the relay's mark (design §6).
    package func commit(_ offsets: [KafkaPartition: CommittedOffset]) throws(KafkaError) {
        let list = try PartitionList(capacity: offsets.count)
        for (partition, offset) in offsets {
            list.add(partition.topic, partition.partition, offset: offset.nextOffset, metadata: offset.metadata)
        }
        let code = Calls.commit(client.handle, list.handle)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "committing offsets") }
        for element in list.elements where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(element.err, context: "committing \(element.name) partition \(element.partition)")
        }
    }
}

extension KafkaClient {
    /// The error of a question to a group's coordinator, or why there is no coordinator: the library goes on looking for one whatever
    /// the broker says, and ends with a timeout. For clients whose consumer's queue nobody else reads.
    func explained(_ error: KafkaError) -> KafkaError {
        guard error.code == RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, let queue = try? KafkaQueue.consumer(of: self) else {
            return error
        }
        while let event = queue.poll(milliseconds: 0) {
            guard event.code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED else { continue }
            return KafkaError(event.code, context: error.context, text: event.text)
        }
        return error
    }

    /// What the client's group has committed; partitions without a commit are left out.
    func committed(_ partitions: [KafkaPartition], within seconds: Double) throws(KafkaError)
        -> [KafkaPartition: CommittedOffset]
    {
        guard !partitions.isEmpty else { return [:] }
        let list = try PartitionList(capacity: partitions.count)
        for partition in partitions { list.add(partition.topic, partition.partition) }
        let code = Calls.committed(handle, list.handle, milliseconds: KafkaAdmin.milliseconds(seconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "reading committed offsets") }
        var result: [KafkaPartition: CommittedOffset] = [:]
        for element in list.elements {
            let partition = KafkaPartition(topic: element.name, partition: element.partition)
            guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw KafkaError(
                    element.err,
                    context: "reading the committed offset of \(partition.topic) partition \(partition.partition)")
            }
            guard element.offset >= 0 else { continue }
            result[partition] = CommittedOffset(nextOffset: element.offset, metadata: element.metadataText)
        }
        return result
    }
}
