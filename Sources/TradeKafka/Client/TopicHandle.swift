import CRdkafka

/// A topic of a client, found once so that producing needs no look-up by name.
final class TopicHandle {
    let handle: OpaquePointer
    let name: String
    private let client: KafkaClient

    init(_ client: KafkaClient, _ name: String) throws(KafkaError) {
        guard let handle = Calls.topicNew(client.handle, name) else {
            throw KafkaError(Calls.lastError(), context: "opening the topic \(name)")
        }
        self.handle = handle
        self.name = name
        self.client = client
    }

    deinit { Calls.topicDestroy(handle) }
}
