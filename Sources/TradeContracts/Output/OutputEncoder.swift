import TradeCore

/// Encodes output records as the contract has them (design §5, R77–R81, R89–R92). One a thread: it keeps its buffers.
package final class OutputEncoder {
    private let topics: TopicNames
    private let writer = ByteWriter(capacity: 2_048)
    private let headers = ByteWriter(capacity: 512)
    private let orderHeaders: OutputHeaders
    private let skipHeaders: OutputHeaders

    package init(topics: TopicNames) {
        self.topics = topics
        orderHeaders = OutputHeaders(type: topics.ordersCreated)
        skipHeaders = OutputHeaders(type: topics.eventsSkipped)
    }

    package func encode(_ record: OutputRecord) -> EncodedRecord {
        switch record {
        case .order(let order): encode(order)
        case .skip(let skip): encode(skip)
        case .deadLetter(let record): DeadLetterEncoder.encode(record, topics: topics)
        }
    }

    private func encode(_ order: CreatedOrder) -> EncodedRecord {
        writer.removeAll()
        writer.append(order, topic: topics.name(of: order.event.address.topic))
        orderHeaders.write(id: order.plan.id, time: order.createdAt, trace: order.event.trace, to: headers)
        return EncodedRecord(
            topic: .ordersCreated, key: key(order.event.expert), value: writer.array, headers: headers.array)
    }

    private func encode(_ skip: SkipRecord) -> EncodedRecord {
        let event = skip.event
        let topic = topics.name(of: event.address.topic)
        let id = DerivedID.skip(
            topic: topic, partition: event.address.partition, offset: event.address.offset, eventID: event.identity.id,
            recommendation: skip.recommendation, reason: skip.reason)
        writer.removeAll()
        writer.append(skip, id: id, topic: topic)
        skipHeaders.write(id: id, time: skip.skippedAt, trace: event.trace, to: headers)
        return EncodedRecord(topic: .eventsSkipped, key: key(event.expert), value: writer.array, headers: headers.array)
    }

    /// The expert's id as decimal text, so that all that concerns one expert is ordered.
    private func key(_ expert: ExpertID) -> [UInt8] { Array(String(expert.rawValue).utf8) }
}
