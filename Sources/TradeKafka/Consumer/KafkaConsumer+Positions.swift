import CRdkafka
package import TradeContracts
package import TradePipeline

extension KafkaConsumer {
    package func start(_ offsets: [TopicPartition: StartOffset]) {
        guard let client, !isRevoking else { return }
        var isChanged = false
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            if let reader = readers[partition] {
                reader.move(to: offset)
                isChanged = true
            } else if offered.contains(partition) {
                let topic = configuration.topics.name(of: partition.topic)
                do throws(KafkaError) {
                    let queue = try KafkaQueue.records(of: client, topic: topic, partition: partition.partition)
                    Calls.queueSignals(queue.handle, descriptor: wakeup.writeEnd, byte: 2)
                    let reader = PartitionReader(
                        partition: partition, queue: queue, next: offset, mode: mode,
                        last: lastRecords.removeValue(forKey: partition))
                    reader.isPaused = pausedEarly.remove(partition) != nil
                    readers[partition] = reader
                    order.append(reader)
                    offered.remove(partition)
                    isChanged = true
                } catch {
                    fail(error)
                    return
                }
            }
        }
        if isChanged { assignAll() }
    }

    /// Names every partition that is read, with its offset, to the library: it drops what it had fetched, and begins there.
    func assignAll() {
        guard let client, !isRevoking else { return }
        nextAssign = nil
        do throws(KafkaError) {
            let list = try PartitionList(capacity: order.count)
            for reader in order {
                let topic = configuration.topics.name(of: reader.partition.topic)
                list.add(topic, reader.partition.partition, offset: reader.beginOffset())
            }
            let code = Calls.assign(client.handle, list.handle)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "taking partitions") }
        } catch {
            assignFailed(error)
            return
        }
        hasMore = true
        sendCommits()
    }

    func assignFailed(_ error: KafkaError) {
        if let fatal = client?.terminalError(context: error.context) {
            end(with: fatal)
        } else {
            tellTrouble(error.description)
            nextAssign = .now + .seconds(1)
        }
    }

    package func resume(_ partitions: [TopicPartition: Int64]) {
        guard let client else { return }
        var moved: [PartitionReader] = []
        for (partition, offset) in partitions {
            pausedEarly.remove(partition)
            guard let reader = readers[partition] else { continue }
            reader.isPaused = false
            if reader.next != .offset(offset) {
                reader.move(to: .offset(offset))
                moved.append(reader)
            }
        }
        hasMore = true
        guard !moved.isEmpty else { return }
        if !seek(moved, client, milliseconds: 1_000) { assignAll() }
    }

    /// Begins a partition anew, without disturbing the others if that can be: one that is in trouble has to wait.
    func restart(_ reader: PartitionReader) {
        guard let client, !isRevoking else { return }
        reader.restarts(now: .now)
        guard !seek([reader], client, milliseconds: 200) else { return }
        if isUnwell(.partition(reader.partition)) { reader.hasFailed(now: .now) } else { assignAll() }
    }

    /// Moves partitions without disturbing the others; false where that isn't sure to have worked.
    private func seek(_ readers: [PartitionReader], _ client: KafkaClient, milliseconds: Int32) -> Bool {
        guard let list = try? PartitionList(capacity: readers.count) else { return false }
        for reader in readers {
            let topic = configuration.topics.name(of: reader.partition.topic)
            list.add(topic, reader.partition.partition, offset: reader.beginOffset())
        }
        if let error = Calls.seek(client.handle, list.handle, milliseconds: milliseconds) {
            Calls.errorDestroy(error)
            return false
        }
        return list.elements.allSatisfy { $0.err == RD_KAFKA_RESP_ERR_NO_ERROR }
    }

    package func endOffset(of partition: TopicPartition) -> Int64? { watermarks(of: partition)?.high }

    /// The oldest offset that is still there and the next one to be written; nil while they can't be found (within a second).
    package func watermarks(of partition: TopicPartition) -> (low: Int64, high: Int64)? {
        let topic = configuration.topics.name(of: partition.topic)
        return try? client?.watermarks(topic, partition.partition, milliseconds: 1_000)
    }

    /// What our group has committed, with the texts that say whose they are (G6). Partitions without a commit are left out.
    package func committed(_ partitions: [TopicPartition], within seconds: Double = 10) throws(KafkaError)
        -> [TopicPartition: CommittedOffset]
    {
        guard let client else { throw closedError("reading committed offsets") }
        let names = partitions.map { partition in
            (
                KafkaPartition(topic: configuration.topics.name(of: partition.topic), partition: partition.partition),
                partition
            )
        }
        let found = try client.committed(names.map(\.0), within: seconds)
        var result: [TopicPartition: CommittedOffset] = [:]
        for (name, partition) in names { result[partition] = found[name] }
        return result
    }

    /// Which cluster this is (G6).
    package func clusterIdentity(within seconds: Double = 5) throws(KafkaError) -> KafkaClusterIdentity {
        guard let client else { throw closedError("asking for the cluster's id") }
        return try KafkaClusterIdentity.read(client, within: seconds)
    }

    /// For each partition the first offset whose record has this time (milliseconds since 1970) or a later one; those
    /// that have none are left out. Throws `unsupported` on the embedded broker, which can't search.
    package func offsets(atTimes times: [TopicPartition: Int64], within seconds: Double = 10) throws(KafkaError)
        -> [TopicPartition: Int64]
    {
        guard let client else { throw closedError("searching by time") }
        if mode == .allPartitions {
            throw .unsupported(
                "the embedded broker can't search by time", context: "searching by time", advice: "name offsets instead"
            )
        }
        let list = try PartitionList(capacity: times.count)
        for (partition, time) in times {
            list.add(configuration.topics.name(of: partition.topic), partition.partition, offset: time)
        }
        let code = Calls.offsetsForTimes(client.handle, list.handle, milliseconds: KafkaAdmin.milliseconds(seconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, context: "searching by time") }
        var result: [TopicPartition: Int64] = [:]
        for element in list.elements {
            guard let topic = configuration.topics.inputTopic(named: element.name) else { continue }
            guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw KafkaError(
                    element.err, context: "searching \(element.name) partition \(element.partition) by time")
            }
            if element.offset >= 0 {
                result[TopicPartition(topic: topic, partition: element.partition)] = element.offset
            }
        }
        return result
    }

    private func closedError(_ context: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__STATE, context: context, text: "the consumer is closed")
    }
}
