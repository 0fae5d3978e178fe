import CRdkafka

/// Sends records to any topics, for commands like `emit`.
package final class KafkaPublisher {
    /// A record with the name of its topic.
    package struct Message: Hashable, Sendable {
        package var topic: String
        package var record: OutgoingRecord

        package init(topic: String, record: OutgoingRecord) {
            self.topic = topic
            self.record = record
        }
    }

    private let session: ProducerSession
    private let patience: Duration

    /// Throws for a wrong configuration. `patience`: seconds without an acknowledgement after which `publish` gives up.
    package init(_ configuration: KafkaConfiguration, patience: Double = 30)
        throws(KafkaError)
    {
        session = try ProducerSession(configuration)
        self.patience = .seconds(max(0.1, patience))
    }

    /// Sends the messages in order and waits until the broker has them all. Throws at the first that it doesn't take, and is
    /// of no use after that; `context` says how many it took before.
    package func publish(_ messages: [Message]) throws(KafkaError) {
        var topics: [TopicHandle] = []
        for message in messages { topics.append(try session.topic(message.topic)) }
        let name = { (index: Int) in messages[index].topic }
        let result = Delivery(session, patience: patience, isStopping: { false }).run(
            count: messages.count, topic: name
        ) {
            (index: Int) throws(KafkaError) -> Void in
            try session.produce(messages[index].record, to: topics[index], number: index)
        }
        guard let reason = result.reason else { return }
        throw KafkaError(
            RD_KAFKA_RESP_ERR__FAIL, context: "sending \(messages.count) records (\(result.acknowledged) arrived)",
            text: reason)
    }
}
